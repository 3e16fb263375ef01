"""Daymark on one machine: the `daymark` command, and everything that `daymark up` starts and watches.

Comes in: a configuration, a data folder. Goes out: nats-server and PostgreSQL from their wheels, the three services as
separate processes, one line on standard output when all are ready. Promised: what is confirmed survives the loss of
power; a process that dies is started again; everything ends within ten seconds of SIGTERM.
"""
