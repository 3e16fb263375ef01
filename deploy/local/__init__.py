"""Daymark on one machine: the `daymark` command, and everything that `daymark up` starts and watches.

Comes in: a configuration and a data folder. Goes out: nats-server and PostgreSQL from their wheels, the three services as
separate processes, and the commands that operators use. Promised: what was confirmed survives a power cut, and a process that
dies is started again.
"""
