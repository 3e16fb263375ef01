"""Read the stored webhooks of a source again, with the adapters and mappings of today.

Comes in: a connection to a running Daymark, a source, and a span of time. Goes out: a plan of what would change, and then the
events that change it. Promised: planning changes nothing; live events hardly wait; an interrupted run is repeated as a whole.
"""
