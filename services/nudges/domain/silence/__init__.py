"""Notices that somebody has gone silent: working days in, an unusually long run of days without activity out.

How long is unusual follows from the weekdays on which the rep is active, from how active the rest of the team was on those
days, and from a budget of false alerts. The reasons are in `docs/decisions/0033-drops-on-active-days-silence-apart.md`.
"""
