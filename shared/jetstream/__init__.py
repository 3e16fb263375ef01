"""JetStream: the connection, the table of streams, a durable publisher, a pull loop, dead letters.

Promised: what a publisher has confirmed is on disk; a batch that is not acknowledged is delivered again.
"""
