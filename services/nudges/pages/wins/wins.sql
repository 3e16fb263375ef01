-- name: list_wins
-- What was celebrated since a day, and what managers wrote, of the reps who are in these teams by their newest reports since a day;
-- newest first. Left out is what turned out to be false or reached nobody, what colleagues wrote, and what reps hide from others.
WITH newest AS (
    SELECT DISTINCT ON (rep_id) rep_id, team_id, report FROM day WHERE day > $2 ORDER BY rep_id, day DESC
)
SELECT n.id, n.rule, n.person_id, newest.report -> 'rep' ->> 'name' AS name, n.text, n.send_at, n.timezone,
       (SELECT count(*) FROM nudge AS part WHERE part.bundled_with = n.id) AS parts,
       r.manager_name, r.text AS message, r.about_day, r.facts
FROM newest JOIN nudge AS n ON n.person_id = newest.rep_id
LEFT JOIN recognition AS r ON r.id = n.occasion
LEFT JOIN preference AS p ON p.person_id = newest.rep_id
WHERE newest.team_id = ANY($1::text[]) AND newest.report ->> 'presence' <> 'not_employed'
  AND n.sent_day >= $3 AND n.status IN ('sent', 'bundled') AND n.retracted_at IS NULL
  AND NOT is_unsent(coalesce(n.bundled_with, n.id))
  AND (n.kind = 'celebration' OR NOT r.is_from_colleague)
  AND (newest.rep_id = $4 OR p.hides_wins IS NOT true)
ORDER BY n.send_at DESC, n.seq DESC LIMIT $5;
