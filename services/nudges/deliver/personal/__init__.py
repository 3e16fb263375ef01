"""Messages to one person, on the way that they prefer.

Comes in: a nudge. Goes out: one message to its person and to nobody else. Promised: the ways to a person are those of today's
roster and of their own choice; if one fails, the next is tried; a message that has to be sent again carries the same id.
"""
