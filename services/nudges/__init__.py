"""Days in, nudges out.

Comes in: `day.opened.v1`, `day.changed.v1` and `day.closed.v1` from SCORES. Goes out: messages to people through channels, the
managers' pages, and `nudge.decided.v1` and `nudge.delivered.v1` through an outbox. Promised: one nudge per rule, person and
occasion; nobody hears from us outside their working hours, on leave, on a holiday or more than once a day; a nudge and its
queued deliveries are one transaction. Owns the Postgres schema `nudges`.
"""
