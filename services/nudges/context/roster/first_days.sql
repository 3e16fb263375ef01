-- name: list_new_reps
-- Which of these reps work on a day, and on no day before it were at work, on leave or active. A day off or a holiday before it may
-- be why the first day is not the one on which they entered the roster.
SELECT new.rep_id, new.team_id FROM day AS new
WHERE new.rep_id = ANY($1::text[]) AND new.day = $2 AND new.worked_score IS NOT NULL AND NOT EXISTS (
    SELECT FROM day AS d WHERE d.rep_id = new.rep_id AND d.day < $2
      AND (d.report ->> 'presence' IN ('working', 'absent') OR has_activity(d.report))
);

-- name: list_established_teams
-- In which of these teams at least half of everybody who worked in the last six weeks did so two weeks ago or earlier, on a day that
-- was reported as it happened.
SELECT team_id FROM day
WHERE team_id = ANY($1::text[]) AND day > $2::date - 42 AND day <= $2 AND worked_score IS NOT NULL
GROUP BY team_id
HAVING 2 * count(DISTINCT rep_id) FILTER (WHERE day <= $2::date - 14 AND NOT (report ->> 'silent')::boolean) >= count(DISTINCT rep_id);
