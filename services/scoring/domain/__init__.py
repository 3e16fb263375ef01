"""The rules of scoring: which activities count, on which day, and what score results.

Comes in: facts, a roster, playbooks, a time. Goes out: assignments to days, counts, scores. Promised: no input or output and
no clock; the same arguments always give the same result.
"""
