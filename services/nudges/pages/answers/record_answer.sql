-- name: claim_answered_nudge
-- A nudge that was sent to this person or to a rep of theirs. The lock keeps it from being erased before the answer is stored.
SELECT rule, kind, person_id FROM nudge
WHERE id = $1 AND status IN ('sent', 'bundled') AND (person_id = $2 OR manager_ids @> ARRAY[$2::text]) FOR KEY SHARE;

-- name: merge_answer
-- The last answer counts; the first one is kept next to it, and so is what it replaces, until the answer can't be undone any more.
-- Returns nothing when the same was answered before.
INSERT INTO answer AS a (nudge_id, person_id, answer, reason, answered_at, first_answer, first_at)
VALUES ($1, $2, $3, $4, $5, $3, $5)
ON CONFLICT (nudge_id, person_id) DO UPDATE
SET answer = excluded.answer, reason = excluded.reason, answered_at = excluded.answered_at,
    previous_answer = a.answer, previous_reason = a.reason, previous_at = a.answered_at
WHERE (a.answer, a.reason) <> (excluded.answer, excluded.reason)
RETURNING answer;
