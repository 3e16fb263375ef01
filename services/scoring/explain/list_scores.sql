-- name: list_scores
-- One page of the days of these reps, by rep and day. Days without a count are left out unless the fourth argument says otherwise.
SELECT rep_id, day, counts::text AS counts, score
FROM rep_day
WHERE day BETWEEN $1 AND $2
  AND rep_id = ANY($3::text[])
  AND ($4 OR counts <> '{}'::jsonb)
  AND (rep_id, day) > ($5::text, $6::date)
ORDER BY rep_id, day
LIMIT $7;
