-- name: merge_contact_success
-- What is known of the way to a person starts afresh with each success.
INSERT INTO contact_state AS c (person_id, transport, last_delivered_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id, transport) DO UPDATE
SET last_delivered_at = excluded.last_delivered_at, failures = 0, failing_since = NULL, last_error = '';

-- name: merge_contact_failure
-- Counts the failures since the last success. Returns how many there are.
INSERT INTO contact_state AS c (person_id, transport, failures, failing_since, last_error) VALUES ($1, $2, 1, $3, $4)
ON CONFLICT (person_id, transport) DO UPDATE
SET failures = c.failures + 1, failing_since = coalesce(c.failing_since, excluded.failing_since), last_error = excluded.last_error
RETURNING failures;

-- name: list_contact_states
-- Of everybody, by person and transport.
SELECT person_id, transport, last_delivered_at, failures, failing_since, last_error
FROM contact_state ORDER BY person_id, transport;
