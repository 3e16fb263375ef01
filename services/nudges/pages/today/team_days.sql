-- name: list_newest_days
-- The newest day that is known of each of some reps.
SELECT wanted.rep_id, newest.report::text AS report
FROM unnest($1::text[]) AS wanted (rep_id), LATERAL (
    SELECT report FROM day WHERE day.rep_id = wanted.rep_id ORDER BY day DESC LIMIT 1
) AS newest;

-- name: list_worked_days
-- The worked days of some reps before a day of each, newest first, with what was known of the score by quarter of an hour on the first
-- $4 of them.
SELECT wanted.rep_id, worked.day, worked.worked_score,
       CASE WHEN worked.place <= $4 THEN worked.score_by_quarter_hour::text END AS score_by_quarter_hour
FROM unnest($1::text[], $2::date[]) AS wanted (rep_id, day), LATERAL (
    SELECT d.day, d.worked_score, d.score_by_quarter_hour, row_number() OVER (ORDER BY d.day DESC) AS place
    FROM day AS d WHERE d.rep_id = wanted.rep_id AND d.day < wanted.day AND d.worked_score IS NOT NULL ORDER BY d.day DESC LIMIT $3
) AS worked
ORDER BY wanted.rep_id, worked.day DESC;
