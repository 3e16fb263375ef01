"""The doors of the pages: signing in, and the guard at every other page.

Comes in: a request. Goes out: the page, with who its visitor is; or the way to sign in, or nothing. Promised: no page is
reached past `may`, and nothing is changed by a session without the token that only its own forms carry.
"""
