-- name: find_reader
-- The zone of somebody as a rep, by their newest day, and as a manager, by the newest day of their reps. Each is NULL for somebody
-- who is none, or is a manager without a zone; `is_manager` tells.
SELECT (SELECT report ->> 'timezone' FROM day WHERE rep_id = $1 ORDER BY day DESC LIMIT 1) AS timezone_of_rep,
       (SELECT timezone FROM manager_of_rep WHERE manager_id = $1 AND timezone IS NOT NULL ORDER BY newest_day DESC LIMIT 1)
           AS timezone_of_manager,
       EXISTS (SELECT FROM manager_of_rep WHERE manager_id = $1) AS is_manager;
