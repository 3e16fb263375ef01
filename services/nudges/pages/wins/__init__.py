"""The page of wins: what was celebrated and recognised in a team lately.

Comes in: messages that were sent. Goes out: to the rep and to their managers, what was written; to the others of the team, only
who has achieved what. Promised: colleagues see no numbers, and nothing that managers wrote. A rep can hide theirs from all
others.
"""
