"""Detects a drop in what a rep does on active days: the days in, an assessment out, within a stated budget of false alerts.

Counts on active days are modelled as negative binomial. The baseline is estimated from the rep's own earlier active days; how
much likelier the newest ones are under a lower rate is the evidence. Days without activity are judged apart, in
`domain/silence`. The reasons are in `docs/decisions/0033-drops-on-active-days-silence-apart.md`.
"""
