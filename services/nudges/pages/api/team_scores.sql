-- name: list_scores_of_reps
-- The days of these reps between two days, both included, by rep and day.
SELECT rep_id, report -> 'rep' ->> 'name' AS name, team_id, day, report ->> 'presence' AS presence,
       (report ->> 'score')::numeric AS score, report ->> 'state' = 'open' AS is_open
FROM day WHERE rep_id = ANY($1::text[]) AND day >= $2 AND day <= $3 ORDER BY rep_id, day;
