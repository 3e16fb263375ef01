"""What sending a rule's nudges does to the next worked day's score: lots that were drawn in, an effect with its interval out.

`docs/decisions/0018-every-nudge-an-experiment.md` has the reasons.
"""
