"""Requests to addresses that operators and people choose.

Comes in: an https address and a body. Goes out: one POST to an address that was checked to be public, or is allowed. Promised:
no redirect is followed, no proxy is used, and of an answer only its status and `Retry-After` are read.
"""
