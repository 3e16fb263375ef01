-- name: insert_days
-- Days that are not stored yet, in one order. Always after the activities are locked.
INSERT INTO rep_day (rep_id, day, state)
SELECT rep_id, day, state FROM unnest($1::text[], $2::date[], $3::text[]) AS new (rep_id, day, state)
ORDER BY rep_id, day
ON CONFLICT (rep_id, day) DO NOTHING;

-- name: claim_days
-- Stores the days that are missing and locks the others, in the order in which everybody does, so that replicas queue up and do
-- not deadlock. Then reads those that were locked as they are now. A day that another transaction has stored since the statement
-- began is locked and not returned: asked again, the statement returns it. With $4, days of reps who wait for their activities to
-- be reassigned are left out.
WITH wanted AS (
    SELECT rep_id, day, state FROM unnest($1::text[], $2::date[], $3::text[]) AS wanted (rep_id, day, state)
    WHERE NOT $4 OR NOT EXISTS (SELECT FROM pending_rescore AS r WHERE r.rep_id = wanted.rep_id AND r.needs_reassignment)
), stored AS (
    INSERT INTO rep_day AS d (rep_id, day, state) SELECT rep_id, day, state FROM wanted ORDER BY rep_id, day
    ON CONFLICT (rep_id, day) DO UPDATE SET state = d.state WHERE false
    RETURNING d.rep_id, d.day, d.state, d.counts, d.goals, d.score, d.first_counted_at, d.revision
), locked AS (
    SELECT d.rep_id, d.day, d.state, d.counts, d.goals, d.score, d.first_counted_at, d.revision
    FROM wanted JOIN rep_day AS d USING (rep_id, day)
    WHERE (SELECT count(*) FROM stored) >= 0 FOR UPDATE OF d
)
SELECT rep_id, day, state, counts::text AS counts, goals::text AS goals, score, first_counted_at, revision
FROM (SELECT * FROM stored UNION ALL SELECT * FROM locked) AS claimed ORDER BY rep_id, day;

-- name: update_days
-- The days are locked.
UPDATE rep_day AS d
SET state = new.state, counts = new.counts::jsonb, goals = new.goals::jsonb, score = new.score,
    first_counted_at = new.first_counted_at, revision = new.revision
FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::timestamptz[], $8::integer[])
    AS new (rep_id, day, state, counts, goals, score, first_counted_at, revision)
WHERE d.rep_id = new.rep_id AND d.day = new.day;

-- name: update_reported_days
-- As update_days, and as enqueue_leased_events for the reports of these days.
WITH updated AS (
    UPDATE rep_day AS d
    SET state = new.state, counts = new.counts::jsonb, goals = new.goals::jsonb, score = new.score,
        first_counted_at = new.first_counted_at, revision = new.revision
    FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::timestamptz[], $8::integer[])
        AS new (rep_id, day, state, counts, goals, score, first_counted_at, revision)
    WHERE d.rep_id = new.rep_id AND d.day = new.day
)
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at, lease_until)
SELECT event_id, event_type, subject, body, traceparent, at, clock_timestamp() + make_interval(secs => $15)
FROM unnest($9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::timestamptz[])
    WITH ORDINALITY AS new (event_id, event_type, subject, body, traceparent, at, number)
ORDER BY number RETURNING id;

-- name: list_open_days
-- Lists the days of these reps that are still open.
SELECT rep_id, day FROM rep_day WHERE state = 'open' AND rep_id = ANY($1::text[]) ORDER BY rep_id, day;

-- name: list_scores
-- The stored scores of these days.
SELECT d.rep_id, d.day, d.score
FROM unnest($1::text[], $2::date[]) AS wanted (rep_id, day) JOIN rep_day AS d USING (rep_id, day);

-- name: list_all_days
-- Every day, for an audit. Read through a cursor.
SELECT rep_id, day, state, counts::text AS counts, goals::text AS goals, score, first_counted_at, revision
FROM rep_day ORDER BY rep_id, day;
