-- name: find_day
-- The newest report of a rep's day.
SELECT report::text AS report FROM day WHERE rep_id = $1 AND day = $2;

-- name: find_newest_day
-- The newest day that is known of a rep.
SELECT report::text AS report FROM day WHERE rep_id = $1 ORDER BY day DESC LIMIT 1;

-- name: list_worked_before
-- Worked days before a day, newest first: present and with a target, as `is_worked` has it.
SELECT report::text AS report FROM day WHERE rep_id = $1 AND day < $2 AND worked_score IS NOT NULL ORDER BY day DESC LIMIT $3;

-- name: list_unworked_before
-- Days before a day on which the rep was not at work, back to the last one on which they were, newest first.
SELECT report::text AS report FROM day
WHERE rep_id = $1 AND day < $2 AND day > coalesce(
    (SELECT d.day FROM day AS d WHERE d.rep_id = $1 AND d.day < $2 AND d.report ->> 'presence' = 'working' ORDER BY d.day DESC LIMIT 1),
    '-infinity'
)
ORDER BY day DESC;

-- name: list_teammates_done
-- The reps of a team with a target on a day if all of them have done the plan, otherwise nothing. One who has not done it is seen
-- first and quickly; so is one who lives where the day has yet to begin. A rep whose day began long ago and was never opened has left.
SELECT array_agg(rep_id ORDER BY rep_id) FILTER (WHERE day = $2 AND worked_score IS NOT NULL)
FROM (
    SELECT DISTINCT ON (rep_id) rep_id, day, worked_score, report FROM day
    WHERE team_id = $1 AND day > $2::date - 7 AND day <= $2
      AND NOT EXISTS (SELECT FROM day AS d WHERE d.team_id = $1 AND d.day = $2 AND d.worked_score < $3)
    ORDER BY rep_id, day DESC
) AS newest
HAVING bool_and(day = $2 OR $2::date::timestamp AT TIME ZONE (report ->> 'timezone') <= $4);
