-- name: add_recognition
-- The same form never adds two; after it was taken back it can be sent again.
INSERT INTO recognition AS r (id, rep_id, manager_id, manager_name, nudge_id, about_day, facts, text, written_at,
                               is_from_colleague)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE
SET nudge_id = excluded.nudge_id, about_day = excluded.about_day, facts = excluded.facts, text = excluded.text,
    written_at = excluded.written_at, is_from_colleague = excluded.is_from_colleague, undone_at = NULL
WHERE r.undone_at IS NOT NULL
RETURNING id;

-- name: find_recognition
-- One that was not taken back.
SELECT rep_id, manager_id, manager_name, nudge_id, about_day, facts, text, written_at, is_from_colleague FROM recognition
WHERE id = $1 AND undone_at IS NULL;

-- name: undo_recognition
-- Only while its message is deferred, which is then deleted: nobody has read it. Of what was written nothing is left.
WITH unsent AS (
    DELETE FROM nudge AS n USING recognition AS r
    WHERE r.id = $1 AND r.manager_id = $2 AND n.rule = 'thanks' AND n.person_id = $3 AND n.occasion = r.id AND n.status = 'deferred'
    RETURNING r.id
)
UPDATE recognition AS r SET undone_at = $4, text = '', facts = '' FROM unsent WHERE r.id = unsent.id RETURNING r.id;

-- name: count_of_colleague
-- How often a colleague has written to a rep since a moment, without what they took back.
SELECT count(*) FROM recognition
WHERE rep_id = $1 AND manager_id = $2 AND is_from_colleague AND undone_at IS NULL AND written_at > $3;
