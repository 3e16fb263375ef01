-- name: list_rostered_reps
-- Who is in one of these teams now, or in any: a day of theirs was opened lately. With the day of their first activity, or, without
-- any, their first working day.
SELECT newest.rep_id, newest.team_id, newest.report -> 'team' ->> 'name' AS team_name, coalesce(
    (SELECT d.day FROM day AS d WHERE d.rep_id = newest.rep_id AND has_activity(d.report) ORDER BY d.day LIMIT 1),
    (SELECT d.day FROM day AS d WHERE d.rep_id = newest.rep_id AND d.worked_score IS NOT NULL ORDER BY d.day LIMIT 1)
) AS known_since
FROM (SELECT DISTINCT ON (rep_id) rep_id, team_id, report FROM day WHERE day >= $2::date - 2 ORDER BY rep_id, day DESC) AS newest
WHERE ($1::text[] IS NULL OR newest.team_id = ANY($1)) AND newest.report ->> 'presence' <> 'not_employed' ORDER BY newest.rep_id;

-- name: list_rostered_days
-- The worked days that are over of everybody in some teams, or in all, and whether anything counted on them.
SELECT rep_id, team_id, day, has_activity(report) AS is_active FROM day
WHERE day >= $2 AND worked_score IS NOT NULL AND report ->> 'state' = 'closed' AND ($1::text[] IS NULL OR team_id = ANY($1))
ORDER BY rep_id, day;
