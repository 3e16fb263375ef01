-- name: delete_answer
-- One that replaced nothing, if it is still the answer that was given at $3, later than $4.
DELETE FROM answer
WHERE nudge_id = $1 AND person_id = $2 AND answered_at = $3 AND answered_at > $4 AND previous_answer IS NULL
RETURNING nudge_id;

-- name: restore_answer
-- What the answer that was given at $3 replaced, if that is still the answer, and later than $4. What was replaced before is not known
-- any more, so the restored answer cannot be undone.
UPDATE answer SET answer = previous_answer, reason = previous_reason, answered_at = previous_at, previous_answer = ''
WHERE nudge_id = $1 AND person_id = $2 AND answered_at = $3 AND answered_at > $4 AND previous_answer <> ''
RETURNING nudge_id;
