"""Scoring with pencil and paper: what activities count, on which day, and what they are worth.

Comes in: facts, a roster, playbooks, a time. Goes out: places, counts, scores, days. Promised: no input or output, no
clock; the same arguments give the same answer.
"""
