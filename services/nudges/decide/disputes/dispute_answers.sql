-- name: find_rep_of_dispute
-- Who disputes it.
SELECT rep_id FROM dispute WHERE id = $1;

-- name: mark_resolved
-- Only by a manager of the rep by the newest report. What it replaces stays known, so that it can be undone. Returns nothing when that
-- changes nothing.
UPDATE dispute AS d SET resolution = $3, manager_id = $2, resolved_at = $4, previous_resolution = d.resolution,
    previous_manager_id = d.manager_id, previous_resolved_at = d.resolved_at
WHERE d.id = $1 AND d.resolution <> $3
  AND (SELECT newest.report -> 'managers' FROM day AS newest WHERE newest.rep_id = d.rep_id ORDER BY newest.day DESC LIMIT 1)
      @> jsonb_build_array(jsonb_build_object('id', $2::text))
RETURNING d.id;

-- name: find_answered_dispute
-- A dispute that a manager has answered.
SELECT rep_id, day, reason, recorded ->> 'kind' AS kind, resolution, manager_id, resolved_at FROM dispute
WHERE id = $1 AND resolution <> '';

-- name: undo_resolution
-- Only what this manager resolved at $3, if it is later than $4, and if the rep has had no message about it. What it replaced counts
-- again.
UPDATE dispute AS d SET resolution = d.previous_resolution, manager_id = d.previous_manager_id, resolved_at = d.previous_resolved_at
WHERE d.id = $1 AND d.manager_id = $2 AND d.resolved_at = $3 AND d.resolved_at > $4
  AND NOT EXISTS (SELECT FROM nudge AS n
                  WHERE n.rule = 'dispute_answer' AND n.person_id = d.rep_id AND n.occasion = $5 AND n.status IN ('sent', 'bundled'))
RETURNING d.id;

-- name: delete_unsent_answer
-- The message to the rep about a resolution that was undone, which has not been sent.
DELETE FROM nudge WHERE rule = 'dispute_answer' AND person_id = $1 AND occasion = $2;
