"""Day reports and playbook versions in, nudges out.

In: `day.opened.v1`, `day.changed.v1`, `day.closed.v1`, `playbook.announced.v1` and `playbook.withdrawn.v1` from SCORES.

Out: messages to people through channels; the pages of managers and reps; and `nudge.decided.v1`, `nudge.delivered.v1`,
`nudge.revised.v1`, `playbook.told.v1` and `playbook.acknowledged.v1` through an outbox.

Promises:
- There is one nudge per rule, person and occasion.
- A rep receives nothing outside their working hours, on a holiday or on a full day of leave. A manager's leave is not known.
- A rep receives at most one message a day, apart from announcements, corrections and the day plan where it is turned on.
- No day is held against a rep by a playbook that was not announced to them before it.
- A nudge and its queued deliveries are one transaction.
- No page opens for anybody to whom today's roster does not grant it.

Owns the Postgres schema `nudges`. A day report arrives in `intake`, which asks `decide`; `decide` asks
`context` and `rules`, and queues what is sent in `deliver`.
"""
