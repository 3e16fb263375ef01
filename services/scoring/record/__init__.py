"""Record observations: facts are merged into activities, and the days that they touch are scored.

Comes in: observations from the stream ACTIVITIES. Goes out: activities, scored days, and their reports in the outbox, one
transaction per batch. Promised: an observation that was acknowledged is recorded, and recording it again changes nothing.
"""
