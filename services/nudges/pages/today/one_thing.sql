-- name: list_open_reminders
-- The newest reminders to a manager to recognise a rep since a day of theirs, which they have neither answered nor put off until later.
SELECT n.id FROM nudge AS n
WHERE n.person_id = $1 AND n.rule = 'recognition_due' AND n.status IN ('sent', 'bundled') AND n.retracted_at IS NULL AND n.day >= $2
  AND NOT EXISTS (SELECT FROM answer AS a WHERE a.nudge_id = n.id AND a.person_id = $1)
  AND NOT EXISTS (SELECT FROM delivery AS d WHERE d.nudge_id = coalesce(n.bundled_with, n.id) AND d.again_at > $3)
ORDER BY n.seq DESC LIMIT 5;
