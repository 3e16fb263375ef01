-- name: mark_announcement_delivered
-- The first channel counts that accepts the message and reaches its recipient. Returns nothing when one had before, or when the nudge announces nothing.
UPDATE announcement SET delivered_at = $2 WHERE nudge_id = $1 AND delivered_at IS NULL RETURNING rep_id, version, delivered_at;
