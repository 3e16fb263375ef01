"""What sending a rule's nudges does to the next worked day's score: lots that were drawn in, an effect with its interval out.

`docs/decisions/0017-nudges-are-drawn-by-lot.md` has the reasons.
"""
