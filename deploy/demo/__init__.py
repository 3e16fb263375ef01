"""A simulated CRM and its team: twelve reps in three time zones, whose habits call for nudges that are known beforehand.

Comes in: the address of the door and of the broker. Goes out: signed webhooks with duplicates, pieces out of order, late and
deleted records, on stepped time. Promised: the same seed plays the same weeks, and `expected_nudges` says what must come of it.
"""
