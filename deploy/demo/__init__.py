"""The demonstration: a simulated CRM and its team of twelve reps in three time zones, whose habits call for known nudges.

Comes in: the addresses of ingest and of the broker. Goes out: signed webhooks, among them duplicates, pieces out of order, late
records and deletions, on stepped time. Promised: the same seed plays the same weeks, and `expected_nudges.csv` lists the nudges
that must result.
"""
