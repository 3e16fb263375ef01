-- name: list_counts
-- The days of all reps on which something counted.
SELECT rep_id, day, counts::text AS counts FROM rep_day WHERE day BETWEEN $1 AND $2 AND counts <> '{}'::jsonb;

-- name: list_totals_of_erased_reps
-- What the days of erased reps added up to, by team, month and behaviour.
SELECT team, month, behaviour, total FROM total_of_erased_reps WHERE month BETWEEN $1 AND $2;
