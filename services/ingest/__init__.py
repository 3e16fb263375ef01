"""CRM webhooks in, activities out.

Comes in: `POST /webhooks/<source>`. Goes out: the raw verified body on WEBHOOKS and, translated from it,
`activity.observed.v1` on ACTIVITIES. Promised: a webhook is answered 2xx only after JetStream has it on disk; unauthenticated
bytes never reach a stream; a body that cannot be translated becomes a dead letter with its bytes; a bad item does not affect
the other items. Ingest stores nothing of its own.
"""
