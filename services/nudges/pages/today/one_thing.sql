-- name: list_open_reminders
-- The newest reminders to each of some managers to recognise a rep since a day of theirs, which they have neither answered nor put off
-- until later, and for which they have thanked nobody.
SELECT manager.person_id, reminder.id
FROM unnest($1::text[]) AS manager (person_id), LATERAL (
    SELECT n.id, n.seq FROM nudge AS n
    WHERE n.person_id = manager.person_id AND n.rule = 'recognition_due' AND n.status IN ('sent', 'bundled') AND n.retracted_at IS NULL
      AND n.day >= $2
      AND NOT EXISTS (SELECT FROM answer AS a WHERE a.nudge_id = n.id AND a.person_id = n.person_id)
      AND NOT EXISTS (SELECT FROM delivery AS d WHERE d.nudge_id = coalesce(n.bundled_with, n.id) AND d.again_at > $3)
      AND NOT EXISTS (SELECT FROM recognition AS r WHERE r.nudge_id = n.id AND r.manager_id = n.person_id AND r.undone_at IS NULL)
    ORDER BY n.seq DESC LIMIT 5
) AS reminder
ORDER BY reminder.seq DESC;
