"""The contract between the services, and the plumbing that at least two of them use.

Comes in: nothing of its own. Goes out: the messages between services (`events`, `observation`), what they ask each other
(`requests`), and the connections to JetStream and Postgres. Promised: nothing here knows any service.
"""
