-- name: insert_activities
-- New activities, in one order. A key that another transaction is inserting is waited for, and then left out. Only what is left
-- out has to be locked, merged and updated. Nobody who waits here holds a lock on a row that was there before, so no circle of
-- waiting can close.
INSERT INTO activity (source, account, activity_id, states, deleted, rep_id, day, {fact_columns})
SELECT source, account, activity_id, states::jsonb, deleted, rep_id, day, {fact_columns}
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::date[], {fact_arrays})
    AS new (source, account, activity_id, states, deleted, rep_id, day, {fact_columns})
ORDER BY source, account, activity_id
ON CONFLICT (source, account, activity_id) DO NOTHING
RETURNING source, account, activity_id;

-- name: lock_activities
-- In the order in which everybody locks activities, so that replicas queue up and do not deadlock.
SELECT a.source, a.account, a.activity_id, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id)
ORDER BY a.source, a.account, a.activity_id
FOR UPDATE OF a;

-- name: lock_activities_of_reps
-- All activities that belong to these reps, or may belong to them because of their users. An index does not serve pairs after an
-- OR, but it serves all sources with all users, which are few more.
SELECT a.source, a.account, a.activity_id, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a
WHERE a.rep_id = ANY($1::text[])
   OR (a.source = ANY($2::text[]) AND a.actor = ANY($3::text[]) AND (a.source, a.actor) IN (SELECT * FROM unnest($2, $3)))
ORDER BY a.source, a.account, a.activity_id
FOR UPDATE;

-- name: update_activities
-- The activities are locked.
UPDATE activity AS a
SET states = new.states::jsonb, deleted = new.deleted, rep_id = new.rep_id, day = new.day, {fact_assignments}
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::date[], {fact_arrays})
    AS new (source, account, activity_id, states, deleted, rep_id, day, {fact_columns})
WHERE (a.source, a.account, a.activity_id) = (new.source, new.account, new.activity_id);

-- name: list_activities_of_day
-- In the order in which they began.
SELECT a.source, a.account, a.activity_id, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a WHERE a.rep_id = $1 AND a.day = $2 ORDER BY a.started_at, a.source, a.account, a.activity_id;

-- name: list_assigned_activities
-- All activities that belong to a rep's day, day by day, for an audit. Read through a cursor.
SELECT a.source, a.account, a.activity_id, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a WHERE a.rep_id IS NOT NULL ORDER BY a.rep_id, a.day;

-- name: list_unassigned_activities
-- All other activities, for an audit. Read through a cursor.
SELECT a.source, a.account, a.activity_id, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a WHERE a.rep_id IS NULL;
