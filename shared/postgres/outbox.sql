-- name: enqueue_events
-- In this order, which is the order in which they are published.
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at)
SELECT event_id, event_type, subject, body, traceparent, at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    WITH ORDINALITY AS new (event_id, event_type, subject, body, traceparent, at, number)
ORDER BY number;

-- name: claim_events
-- The oldest rows. A row that another relay holds is passed over.
SELECT id, event_id, event_type, subject, body, traceparent, at
FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: delete_events
-- Once they are published.
DELETE FROM outbox WHERE id = ANY($1::bigint[]);

-- name: find_outbox_state
-- How many events are committed and not published yet, and when the oldest of them was made.
SELECT count(*) AS waiting, min(at) AS oldest_at FROM outbox;
