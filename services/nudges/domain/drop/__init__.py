"""Detects a drop in a rep's counts: worked days in, an assessment out, within a stated budget of false alerts.

Counts on worked days are modelled as negative binomial. The baseline is estimated from the rep's earlier worked days and shrunk
towards the team's; the sum over the newest worked days is tested against it. The reasons are in
`docs/decisions/0016-drops-under-an-error-budget.md`.
"""
