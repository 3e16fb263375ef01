-- name: find_rep_of_dispute
-- Who disputes it.
SELECT rep_id FROM dispute WHERE id = $1;

-- name: mark_resolved
-- Only by a manager of the rep by the newest report. Returns nothing when that changes nothing.
UPDATE dispute AS d SET resolution = $3, manager_id = $2, resolved_at = $4
WHERE d.id = $1 AND d.resolution <> $3
  AND (SELECT newest.report -> 'managers' FROM day AS newest WHERE newest.rep_id = d.rep_id ORDER BY newest.day DESC LIMIT 1)
      @> jsonb_build_array(jsonb_build_object('id', $2::text))
RETURNING d.id;

-- name: find_answered_dispute
-- A dispute that a manager has answered.
SELECT rep_id, day, reason, recorded ->> 'kind' AS kind, resolution, manager_id, resolved_at FROM dispute
WHERE id = $1 AND resolution <> '';
