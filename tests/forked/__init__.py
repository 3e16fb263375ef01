"""Daymark's processes without the cost of their imports, which take nearly all the processor time of a start.

A process imports everything once, and forks a child for each command and each service. A child has its own arguments,
environment, outputs and exit status, as if a shell had started it. What a process imports is tested where the real ones are
started: in `tests/deploy/local/cli/test_app.py`, `tests/deploy/local/servers` and `tests/services/*/test_app.py`.
"""
