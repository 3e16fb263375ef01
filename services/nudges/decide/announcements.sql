-- name: merge_announcements
-- Keeps the newest whatever the order of arrival, and of the same announcement the newest words; returns nothing when this one is
-- not newer. What was delivered stays delivered, and words bring nothing back that was withdrawn.
INSERT INTO announcement AS a (rep_id, version, announcement_number, body, nudge_id)
SELECT rep_id, version, announcement_number, body::jsonb, nudge_id
FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[])
    AS new (rep_id, version, announcement_number, body, nudge_id)
ON CONFLICT (rep_id, version) DO UPDATE
SET announcement_number = excluded.announcement_number, body = excluded.body, nudge_id = excluded.nudge_id, withdrawn_at = NULL
WHERE a.announcement_number < excluded.announcement_number
   OR (a.announcement_number = excluded.announcement_number AND a.withdrawn_at IS NULL
       AND coalesce((a.body ->> 'wording')::integer, 0) < (excluded.body ->> 'wording')::integer)
RETURNING rep_id;

-- name: withdraw_announcement
-- Unless the version was announced again since.
UPDATE announcement SET withdrawn_at = $4
WHERE rep_id = $1 AND version = $2 AND announcement_number <= $3 AND withdrawn_at IS NULL
RETURNING version;
