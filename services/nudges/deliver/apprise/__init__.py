"""Apprise, in a process of its own: a message in, what came of it out. Only codes and kinds of failure leave the process.

The reasons are in `docs/decisions/0019-apprise-runs-in-separate-processes.md`.
"""
