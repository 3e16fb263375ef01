-- name: list_entered_of
-- What is entered for a rep between two days, both included.
SELECT rep_id, day, manager_id, entered_at FROM entered_absence WHERE rep_id = $1 AND day BETWEEN $2 AND $3;

-- name: list_entered
-- What is entered for everybody, to be put together with the roster.
SELECT rep_id, day, manager_id, entered_at FROM entered_absence;

-- name: add_entered_days
-- None of them is entered yet. Days after $4, the rep's day on which this is entered, are planned.
INSERT INTO entered_absence (rep_id, day, is_planned, manager_id, entered_at)
SELECT $1, day, day > $4, $3, $5 FROM unnest($2::date[]) AS new (day);

-- name: delete_entered_days
-- These days of these reps, by pairs.
DELETE FROM entered_absence AS e
USING unnest($1::text[], $2::date[]) AS gone (rep_id, day) WHERE (e.rep_id, e.day) = (gone.rep_id, gone.day) RETURNING e.day;

-- name: list_counted_days
-- The days of a rep, between two days that are both included, on which something counts.
SELECT day FROM rep_day
WHERE rep_id = $1 AND day BETWEEN $2 AND $3 AND (counts <> '{}'::jsonb OR goals <> '{}'::jsonb) ORDER BY day;

-- name: list_refuted_days
-- Entered days on which something counts by now, except for those that were entered before they began.
SELECT e.rep_id, e.day FROM entered_absence AS e JOIN rep_day AS d USING (rep_id, day)
WHERE NOT e.is_planned AND (d.counts <> '{}'::jsonb OR d.goals <> '{}'::jsonb);

-- name: delete_entered_of
-- Everything that is entered for an erased rep.
DELETE FROM entered_absence WHERE rep_id = $1;

-- name: remove_manager
-- What an erased manager has entered stays, without their id.
UPDATE entered_absence SET manager_id = '' WHERE manager_id = $1;
