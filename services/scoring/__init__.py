"""Activities in, one score per rep and day out.

Comes in: `activity.observed.v1` from ACTIVITIES; `playbook.told.v1` and `playbook.acknowledged.v1` from NUDGES; rosters,
playbooks and questions by request. Goes out: `day.opened.v1`, `day.changed.v1`, `day.closed.v1`, `playbook.announced.v1` and
`playbook.withdrawn.v1` on SCORES, through an outbox. Promised: an activity counts exactly once, whatever is duplicated,
reordered, replayed or run in parallel; a change of a score or a definition and its event are one transaction; a recount from
the stored facts gives what is stored. Scoring owns the Postgres schema `scoring`.

To follow an observation, read `record`, then `days`. To follow a change of a playbook, read `definitions`, then `rescore`.
"""
