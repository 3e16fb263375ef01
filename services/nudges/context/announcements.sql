-- name: list_announcements
-- Everything that was or will be announced to a rep, in the order of the versions; what was withdrawn is left out.
SELECT body::text AS body, nudge_id, delivered_at, acknowledged_at FROM announcement
WHERE rep_id = $1 AND withdrawn_at IS NULL ORDER BY version;

-- name: find_delivered_at
-- When a version was announced to a rep; it stays announced after a withdrawal.
SELECT delivered_at FROM announcement WHERE rep_id = $1 AND version = $2;

-- name: list_delivered_at
-- When each version was announced to each of these reps.
SELECT rep_id, version, delivered_at FROM announcement WHERE rep_id = ANY($1::text[]) AND delivered_at IS NOT NULL;
