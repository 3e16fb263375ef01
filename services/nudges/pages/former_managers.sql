-- name: list_reps_of_manager
-- Everybody whom a manager has ever led: each rep's newest day, and whether its report still lists the manager.
SELECT newest.day, newest.report -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text)) AS is_managed
FROM manager_of_rep AS m
CROSS JOIN LATERAL (SELECT day, report FROM day WHERE rep_id = m.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE m.manager_id = $1;

-- name: find_newest_open_day
-- The newest day that anybody has begun; NULL before the first.
SELECT max(day) FROM day WHERE report ->> 'state' = 'open';
