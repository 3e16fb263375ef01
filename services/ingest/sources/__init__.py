"""The sources of ingest: those of daymark.toml, and those that are added while everything runs.

Comes in: sections of the configuration, and requests to add, replace or remove a source. Goes out: one mapping of all sources
that the door and the translator read. Promised: an added source is open on every replica within a second; its secrets are
stored encrypted, under a key that only ingest has, and are never given out; a source of daymark.toml is never changed.
"""
