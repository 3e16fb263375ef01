"""Days and playbooks in, nudges out.

Comes in: `day.opened.v1`, `day.changed.v1`, `day.closed.v1`, `playbook.announced.v1` and `playbook.withdrawn.v1` from SCORES.
Goes out: messages to people through channels, the pages of managers and reps, and `nudge.decided.v1`, `nudge.delivered.v1`,
`nudge.revised.v1`, `playbook.told.v1` and `playbook.acknowledged.v1` through an outbox. Promised: one nudge per rule, person and
occasion; nobody receives anything outside their working hours, on leave or on a holiday, and, announcements aside, more than once
a day; no day is held against a rep by a playbook that was announced later; a nudge and its queued deliveries are one transaction.
Owns the Postgres schema `nudges`.

Read the packages in the order in which a day report passes them: `intake`, `context`, `rules`, `decide`, `deliver`.
"""
