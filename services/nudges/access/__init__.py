"""Who comes in: sign-in links, sessions, operators, and today's roster.

Comes in: tokens of links and cookies. Goes out: the person whom they stand for, and what today's roster says of that person.
Promised: a link works once and for a quarter of an hour; a session ends by itself; no token is stored.
"""
