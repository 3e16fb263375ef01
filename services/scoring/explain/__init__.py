"""Everything that only reads: why a day has its score, lists of scores and totals, previews, audits.

Comes in: queries. Goes out: replies over NATS, and explanations over HTTP. Promised: each reply is one consistent view of the
tables, and nothing is changed.
"""
