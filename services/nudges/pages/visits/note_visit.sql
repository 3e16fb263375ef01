-- name: mark_opened
-- The first time counts.
UPDATE nudge SET opened_at = $2 WHERE id = ANY($1::text[]) AND opened_at IS NULL;
