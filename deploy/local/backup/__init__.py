"""`daymark backup` and `daymark restore`: the database, the streams and the secrets of a data folder, as one folder.

Comes in: a running Daymark. Goes out: a folder that is complete or does not exist. Promised: its parts fit together although
everything goes on running. The consumers' positions are noted before the database is dumped, and the streams are copied after
it, so whatever the dump lacks is in the streams and is delivered again.
"""
