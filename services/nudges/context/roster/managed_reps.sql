-- name: find_newest_open_day
-- The newest day that anybody has begun; NULL before the first.
SELECT max(day) FROM day WHERE report ->> 'state' = 'open';
