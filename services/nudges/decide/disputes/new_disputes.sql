-- name: list_managers_with_new_disputes
-- The managers, by the reps' newest reports, of whoever disputes something since a time that nobody has answered, and about which
-- they have had no message yet.
SELECT DISTINCT manager ->> 'id' AS manager_id
FROM dispute AS d
CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = d.rep_id ORDER BY day DESC LIMIT 1) AS newest
CROSS JOIN LATERAL jsonb_array_elements(newest.report -> 'managers') AS manager
WHERE d.resolution = '' AND d.disputed_at > $1
  AND NOT EXISTS (
      SELECT FROM nudge AS n
      WHERE n.person_id = manager ->> 'id' AND n.rule IN ('disputes', 'new_disputes') AND n.status IN ('sent', 'bundled')
        AND n.send_at >= d.disputed_at
  )
ORDER BY manager_id;

-- name: list_new_disputes
-- What these reps dispute since a time that nobody has answered, and since a manager's last message about disputes, the oldest first.
SELECT d.rep_id, d.day, d.reason FROM dispute AS d
WHERE d.rep_id = ANY($2::text[]) AND d.resolution = '' AND d.disputed_at > $3
  AND NOT EXISTS (
      SELECT FROM nudge AS n
      WHERE n.person_id = $1 AND n.rule IN ('disputes', 'new_disputes') AND n.status IN ('sent', 'bundled')
        AND n.send_at >= d.disputed_at
  )
ORDER BY d.disputed_at, d.id;
