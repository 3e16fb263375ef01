"""Whether a rep's counts have dropped: worked days in, a finding out, under a stated budget of false alerts.

Counts of worked days are taken as negative binomial. What is usual comes from the rep's earlier worked days, shrunk towards
the team; the sum over the last worked days is judged against it. `docs/decisions/0016-drops-under-an-error-budget.md` has
the reasons.
"""
