"""What rules and policy may look at, loaded from the tables.

Comes in: a connection and a rep's day, or a manager. Goes out: `RuleContext`, `TeamContext`, baselines, the health of feeds.
Promised: reading only, but for what is derived and kept (the team's baseline, the silent feeds).
"""
