-- name: list_reps_of_manager
-- Everybody whom a manager has ever led: each rep's newest day, whether its report still lists the manager, and whether the rep is
-- with the team.
SELECT m.rep_id, newest.report -> 'rep' ->> 'name' AS name, newest.day,
       newest.report -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text)) AS is_managed,
       newest.report ->> 'presence' <> 'not_employed' AS is_employed
FROM manager_of_rep AS m
CROSS JOIN LATERAL (SELECT day, report FROM day WHERE rep_id = m.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE m.manager_id = $1;

-- name: find_newest_open_day
-- The newest day that anybody has begun; NULL before the first.
SELECT max(day) FROM day WHERE report ->> 'state' = 'open';
