"""The days of reps: counted, scored, reported, opened and closed.

Comes in: days to count again, with what made it necessary; the time. Goes out: stored counts and scores, and a report of every
change in the outbox, in the same transaction. Promised: a day's counts and score are always what its activities give under the
version that judges it.
"""
