"""Experiments: what the nudges of each rule do to the next day's score, and whether the drop detector keeps its error budget.

Comes in: the assignments of the holdout with the scores that followed, and the worked days of each team. Goes out: effects with
their intervals, rules paused because they do harm, and the strictness of each team's and rep's drop detector.
"""
