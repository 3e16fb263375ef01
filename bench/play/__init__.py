"""Play a trace of rostered days through the decisions of nudges, at stepped time and on a real Postgres.

Comes in: a `Trace`. Goes out: what people received. Promised: day reports are those that scoring would publish, and everything
from their intake on is the product's own code; only the broker and the channels are left out.
"""
