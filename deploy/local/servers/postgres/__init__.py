"""What PostgreSQL needs before it can start: a user, a complete data folder, and nothing in it that a former run has left.

Comes in: the data folder. Promised: it is complete or made again, none of its processes is left running, and no lock file
is believed that names a process of something else.
"""
