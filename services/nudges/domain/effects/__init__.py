"""What sending the nudges of a rule adds to the score of the next worked day: randomised assignments in, an effect with its
interval out.

The reasons are in `docs/decisions/0018-every-nudge-an-experiment.md`.
"""
