-- name: list_announced
-- What was announced to these reps last, version by version.
SELECT rep_id, version, binds_from, announcement_number, withdrawn_at IS NOT NULL AS is_withdrawn
FROM announcement WHERE rep_id = ANY($1::text[]);

-- name: merge_notices
-- Announced for the first time, announced again, or withdrawn; in the order in which everybody locks these rows. A delivery
-- or an acknowledgement is never taken back.
INSERT INTO announcement (rep_id, version, binds_from, announcement_number, withdrawn_at, announced_at)
SELECT rep_id, version, binds_from, announcement_number, CASE WHEN is_withdrawn THEN $6::timestamptz END, $6
FROM unnest($1::text[], $2::integer[], $3::date[], $4::integer[], $5::boolean[])
    AS new (rep_id, version, binds_from, announcement_number, is_withdrawn)
ORDER BY rep_id, version
ON CONFLICT (rep_id, version) DO UPDATE
SET binds_from = excluded.binds_from, announcement_number = excluded.announcement_number, withdrawn_at = excluded.withdrawn_at,
    announced_at = CASE WHEN excluded.withdrawn_at IS NULL THEN excluded.announced_at ELSE announcement.announced_at END;

-- name: mark_delivered
-- The earliest delivery and the earliest acknowledgement count; null leaves a time as it is. An unknown rep was erased.
UPDATE announcement
SET delivered_at = least(delivered_at, $3), acknowledged_at = least(acknowledged_at, $4::timestamptz)
WHERE rep_id = $1 AND version = $2;

-- name: find_delivered_at
-- When the announcement of a version reached a rep; null if it has not.
SELECT delivered_at FROM announcement WHERE rep_id = $1 AND version = $2;

-- name: list_announcements
-- One page, the newest version first, of announcements of a team or of the versions that begin on a day.
SELECT a.version, p.team, p.effective_from, a.rep_id, a.binds_from, a.announced_at, a.delivered_at, a.acknowledged_at,
       a.withdrawn_at
FROM playbook_version AS p JOIN announcement AS a ON a.version = p.version
WHERE ($1::text IS NULL OR p.team = $1) AND ($2::date IS NULL OR p.effective_from = $2)
  AND ($3::integer IS NULL OR (-a.version, a.rep_id) > (-$3::integer, $4::text))
ORDER BY -a.version, a.rep_id LIMIT $5;

-- name: count_announcements
-- By version: to how many reps it was announced, to how many of them the announcement was delivered, and how many have
-- acknowledged it.
SELECT version, count(*) AS announced, count(delivered_at) AS delivered, count(acknowledged_at) AS acknowledged
FROM announcement WHERE withdrawn_at IS NULL GROUP BY version;

-- name: delete_announcements_of
-- When a rep is erased.
DELETE FROM announcement WHERE rep_id = $1;
