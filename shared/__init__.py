"""The contract between the services, and the plumbing that at least two of them use.

Comes in: nothing of its own. Goes out: event shapes (`events`, `observation`), stream names (`streams`) and
connections (`jetstream`, `postgres`). Promised: nothing here knows any service.
"""
