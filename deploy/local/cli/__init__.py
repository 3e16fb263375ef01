"""The `daymark` command: one module per group of commands, and the tables that they print.

Comes in: arguments, and a running Daymark that is found by `--config` or `--data`. Goes out: tables for people, or JSON and CSV
for programs. Promised: an expected error is one sentence on standard error and exit status 1.
"""
