-- name: enqueue_events
-- In this order, which is the order in which they are published.
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at)
SELECT event_id, event_type, subject, body, traceparent, at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    WITH ORDINALITY AS new (event_id, event_type, subject, body, traceparent, at, number)
ORDER BY number;

-- name: enqueue_leased_events
-- As enqueue_events, for a process that publishes them itself right after its commit. Leases run on the database's clock, because
-- the service's clock may be stepped.
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at, lease_until)
SELECT event_id, event_type, subject, body, traceparent, at, clock_timestamp() + make_interval(secs => $7)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    WITH ORDINALITY AS new (event_id, event_type, subject, body, traceparent, at, number)
ORDER BY number RETURNING id;

-- name: claim_events
-- The oldest rows. A row that another relay holds is passed over, and so is one whose lease has not ended.
SELECT id, event_id, event_type, subject, body, traceparent, at
FROM outbox WHERE lease_until IS NULL OR lease_until <= clock_timestamp() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: delete_events
-- Once they are published.
DELETE FROM outbox WHERE id = ANY($1::bigint[]);

-- name: delete_published
-- Leased events, once they are published. Returns whether any other event waits whose lease has ended, or that never had one.
WITH deleted AS (DELETE FROM outbox WHERE id = ANY($1::bigint[]))
SELECT EXISTS (
    SELECT FROM outbox WHERE (lease_until IS NULL OR lease_until <= clock_timestamp()) AND NOT id = ANY($1::bigint[])
);

-- name: find_outbox_state
-- How many events are committed and not published yet, and when the oldest of them was made.
SELECT count(*) AS waiting, min(at) AS oldest_at FROM outbox;
