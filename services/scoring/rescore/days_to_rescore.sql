-- name: find_first_day
-- The earliest stored day in the spans.
SELECT min(earliest.day)
FROM unnest($1::text[], $2::date[], $3::date[]) AS span (rep_id, first_day, last_day)
CROSS JOIN LATERAL (
    SELECT d.day FROM rep_day AS d
    WHERE d.rep_id = span.rep_id AND d.day BETWEEN span.first_day AND span.last_day ORDER BY d.day LIMIT 1
) AS earliest;

-- name: lock_days
-- The days of the spans from one date to before another, in the order in which everybody locks days. `>= $4` leaves out
-- nothing; it lets the planner read by date, because days of one date lie beside each other on the disk.
SELECT d.rep_id, d.day, d.state, d.counts::text AS counts, d.goals::text AS goals, d.score, d.first_counted_at, d.revision
FROM unnest($1::text[], $2::date[], $3::date[]) AS span (rep_id, first_day, last_day)
JOIN rep_day AS d ON d.rep_id = span.rep_id AND d.day BETWEEN span.first_day AND span.last_day
WHERE d.day >= $4 AND d.day < $5
ORDER BY d.rep_id, d.day
FOR UPDATE OF d;

-- name: lock_past_days
-- As lock_days, without what the days hold.
SELECT d.rep_id, d.day
FROM unnest($1::text[], $2::date[], $3::date[]) AS span (rep_id, first_day, last_day)
JOIN rep_day AS d ON d.rep_id = span.rep_id AND d.day BETWEEN span.first_day AND span.last_day
WHERE d.day >= $4 AND d.day < $5
ORDER BY d.rep_id, d.day
FOR UPDATE OF d;

-- name: update_past_days
-- Many days have the same result, so results are passed once, in the last three arguments. Unchanged days are not written.
WITH result AS MATERIALIZED (
    SELECT number - 1 AS number, counts::jsonb AS counts, goals::jsonb AS goals, score
    FROM unnest($5::text[], $6::text[], $7::numeric[]) WITH ORDINALITY AS result (counts, goals, score, number)
)
UPDATE rep_day AS d
SET counts = result.counts, goals = result.goals, score = result.score, first_counted_at = new.first_counted_at
FROM unnest($1::text[], $2::date[], $3::timestamptz[], $4::integer[]) AS new (rep_id, day, first_counted_at, result_number)
JOIN result ON result.number = new.result_number
WHERE d.rep_id = new.rep_id AND d.day = new.day
  AND (d.counts, d.goals, d.score, d.first_counted_at)
      IS DISTINCT FROM (result.counts, result.goals, result.score, new.first_counted_at);

-- name: plan_each_time
-- Until the transaction ends. Plans for few and for many days differ too much to share one. Postgres has no statistics of the
-- wanted days, and would sort all of their activities to merge them.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_mergejoin', 'off', true);
