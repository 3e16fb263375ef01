"""CRM webhooks in, activities out.

Comes in: `POST /webhooks/<source>`. Goes out: the raw verified body on WEBHOOKS and, behind it, `activity.observed.v1` on
ACTIVITIES. Promised: 2xx only after JetStream has the bytes on disk; unauthenticated bytes never reach a stream; what we
fail to understand is a dead letter with its bytes; a bad item never blocks its neighbours. Stores nothing of its own.
"""
