-- name: list_last_opened_days
-- For these reps, or for every rep when the argument is null: the latest day that was opened, and the oldest that is still open.
SELECT o.rep_id, o.day AS opened_day,
       (SELECT min(d.day) FROM rep_day AS d WHERE d.rep_id = o.rep_id AND d.state = 'open') AS oldest_open_day
FROM last_opened_day AS o WHERE $1::text[] IS NULL OR o.rep_id = ANY($1);

-- name: claim_last_opened_days
-- Locks the rows of these reps in one order. A new rep starts on the given day.
INSERT INTO last_opened_day AS o (rep_id, day)
SELECT new.rep_id, new.day FROM unnest($1::text[], $2::date[]) AS new (rep_id, day) ORDER BY new.rep_id
ON CONFLICT (rep_id) DO UPDATE SET rep_id = excluded.rep_id
RETURNING o.rep_id, o.day;

-- name: update_last_opened_days
-- The rows are locked.
UPDATE last_opened_day AS o SET day = new.day
FROM unnest($1::text[], $2::date[]) AS new (rep_id, day) WHERE o.rep_id = new.rep_id;
