"""Everything that `daymark up` starts and watches: nats-server, PostgreSQL and the processes of the services.

Comes in: the settings and a data folder. Goes out: running servers, and one line of JSON when everything is ready. Promised: a
process that dies or cannot be started is started again on its port until it runs, and everything ends within ten seconds of
SIGTERM.
"""
