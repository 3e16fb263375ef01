"""The rules: one file each, which registers itself.

Comes in: what a rule may look at (`RuleContext`, or `TeamContext` for managers). Goes out: a `Candidate`, or None. Promised: a
rule reads no clock and no table; the same context gives the same candidate. `catalogue.py` collects the rules.
"""
