-- name: list_new_disputes
-- What reps dispute since a time that nobody has answered, for each of their managers by the newest reports who has had no message
-- about disputes since; by manager, the oldest first.
SELECT manager ->> 'id' AS manager_id, d.rep_id, d.day, d.reason
FROM dispute AS d
CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = d.rep_id ORDER BY day DESC LIMIT 1) AS newest
CROSS JOIN LATERAL jsonb_array_elements(newest.report -> 'managers') AS manager
WHERE d.resolution = '' AND d.disputed_at > $1
  AND NOT EXISTS (
      SELECT FROM nudge AS n
      WHERE n.person_id = manager ->> 'id' AND n.rule IN ('disputes', 'new_disputes') AND n.status IN ('sent', 'bundled')
        AND n.send_at >= d.disputed_at
  )
ORDER BY manager_id, d.disputed_at, d.id;
