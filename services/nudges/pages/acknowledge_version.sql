-- name: mark_acknowledged
-- Whoever has read a version knows it, so it counts as delivered too. Returns nothing when it was acknowledged before.
UPDATE announcement SET acknowledged_at = $3, delivered_at = coalesce(delivered_at, $3)
WHERE rep_id = $1 AND version = $2 AND acknowledged_at IS NULL
RETURNING rep_id, version, delivered_at, acknowledged_at;
