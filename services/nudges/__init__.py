"""Days and definitions in, nudges out.

Comes in: `day.opened.v1`, `day.changed.v1`, `day.closed.v1`, `playbook.announced.v1` and `playbook.withdrawn.v1` from
SCORES. Goes out: messages to people through channels, the pages of managers and reps, and `nudge.decided.v1`,
`nudge.delivered.v1`, `playbook.told.v1` and `playbook.acknowledged.v1` through an outbox. Promised: one nudge per rule,
person and occasion; nobody hears from us outside their working hours, on leave, on a holiday or, but for new definitions,
more than once a day; nothing is held against a rep by a definition that they were not told of before; a nudge and its
queued deliveries are one transaction. Owns the Postgres schema `nudges`.
"""
