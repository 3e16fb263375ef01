-- name: mark_announcement_delivered
-- The first channel counts that accepts the message and reaches its recipient. Returns nothing when one had before, or when the nudge announces nothing.
UPDATE announcement AS a SET delivered_at = new.delivered_at
FROM unnest($1::text[], $2::timestamptz[]) AS new (nudge_id, delivered_at)
WHERE a.nudge_id = new.nudge_id AND a.delivered_at IS NULL RETURNING a.nudge_id, a.rep_id, a.version, a.delivered_at;
