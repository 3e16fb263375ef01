-- name: find_reader
-- Whether somebody is a rep, whether they lead or have led somebody, and their zone as either.
SELECT (SELECT report ->> 'timezone' FROM day WHERE rep_id = $1 ORDER BY day DESC LIMIT 1) AS timezone_of_rep,
       EXISTS (SELECT FROM manager_of_rep WHERE manager_id = $1) AS is_manager,
       (SELECT timezone FROM manager_of_rep WHERE manager_id = $1 AND timezone IS NOT NULL ORDER BY newest_day DESC LIMIT 1)
           AS timezone_of_manager;
