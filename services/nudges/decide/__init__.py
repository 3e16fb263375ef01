"""From a candidate to a nudge: whether it may be sent now, and everything that is stored of it.

Comes in: day reports that have changed something, moments of the day, nudges whose time has come. Goes out: nudges, their
announcement in the outbox and their queued deliveries, in one transaction. Promised: one nudge per rule, person and occasion;
nobody receives more than the daily cap or outside their working hours; one decision about a person at a time.
"""
