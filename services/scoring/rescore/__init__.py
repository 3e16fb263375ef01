"""Score days again after a change of definitions, in the background.

Comes in: the pending rescores that a change of definitions left. Goes out: activities assigned to the reps and days to which
they belong now, and days with their new scores, reported unless they are long past. Promised: each step is one short
transaction, any replica may take it, and what a process leaves undone waits in its table.
"""
