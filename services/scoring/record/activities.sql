-- name: insert_activities
-- New activities, in one order. A key that another transaction is inserting is waited for, and then left out. Only what is left
-- out has to be locked, merged and updated. Nobody who waits here holds a lock on a row that was there before, so no circle of
-- waiting can close.
INSERT INTO activity (
    source, account, activity_id, part_of, states, keeps_owners, deleted, rep_id, day, {fact_columns}, stored_on
)
SELECT source, account, activity_id, part_of, states::jsonb, keeps_owners, deleted, rep_id, day, {fact_columns}, {stored_on}
FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::text[], $9::date[],
        {fact_arrays}
    ) AS new (source, account, activity_id, part_of, states, keeps_owners, deleted, rep_id, day, {fact_columns})
ORDER BY source, account, activity_id
ON CONFLICT (source, account, activity_id) DO NOTHING
RETURNING source, account, activity_id;

-- name: insert_small_batch
-- Everything that a few new activities begin with, in one statement: as share_definitions, insert_activities and claim_days. Nothing
-- is stored under other definitions than those of the given version. Days are claimed if all activities were new: days are locked in
-- one order, and those of activities that have to be merged are not known yet.
WITH shared AS MATERIALIZED (
    SELECT share_definitions() AS version
), inserted AS (
    INSERT INTO activity (
        source, account, activity_id, part_of, states, keeps_owners, deleted, rep_id, day, {fact_columns}, stored_on
    )
    SELECT source, account, activity_id, part_of, states::jsonb, keeps_owners, deleted, rep_id, day, {fact_columns}, {stored_on}
    FROM shared, unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::text[], $9::date[],
            {fact_arrays}
        ) AS new (source, account, activity_id, part_of, states, keeps_owners, deleted, rep_id, day, {fact_columns})
    WHERE shared.version = {version}
    ORDER BY source, account, activity_id
    ON CONFLICT (source, account, activity_id) DO NOTHING
    RETURNING source, account, activity_id
), wanted AS (
    SELECT rep_id, day, state FROM unnest({day_arrays}) AS wanted (rep_id, day, state)
    WHERE (SELECT count(*) FROM inserted) = cardinality($1)
      AND NOT EXISTS (SELECT FROM pending_rescore AS r WHERE r.rep_id = wanted.rep_id AND r.needs_reassignment)
), stored AS (
    INSERT INTO rep_day AS d (rep_id, day, state) SELECT rep_id, day, state FROM wanted ORDER BY rep_id, day
    ON CONFLICT (rep_id, day) DO UPDATE SET state = d.state WHERE false
    RETURNING d.rep_id, d.day, d.state, d.counts, d.goals, d.score, d.first_counted_at, d.revision
), locked AS (
    SELECT d.rep_id, d.day, d.state, d.counts, d.goals, d.score, d.first_counted_at, d.revision
    FROM wanted JOIN rep_day AS d USING (rep_id, day)
    WHERE (SELECT count(*) FROM stored) >= 0 FOR UPDATE OF d
)
SELECT shared.version, keys.sources, keys.accounts, keys.ids,
       d.rep_id, d.day, d.state, d.counts::text AS counts, d.goals::text AS goals, d.score, d.first_counted_at, d.revision
FROM shared
CROSS JOIN (
    SELECT array_agg(source) AS sources, array_agg(account) AS accounts, array_agg(activity_id) AS ids FROM inserted
) AS keys
LEFT JOIN (SELECT * FROM stored UNION ALL SELECT * FROM locked) AS d ON true
ORDER BY d.rep_id, d.day;

-- name: lock_activities
-- In the order in which everybody locks activities, so that replicas queue up and do not deadlock.
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id)
ORDER BY a.source, a.account, a.activity_id
FOR UPDATE OF a;

-- name: list_parts
-- The keys of all parts of these activities. A part that another transaction adds meanwhile is not seen.
SELECT part.source, part.account, part.activity_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS whole (source, account, activity_id)
JOIN activity AS part ON (part.source, part.account, part.part_of) = (whole.source, whole.account, whole.activity_id);

-- name: list_activities_with_parts
-- These activities, and all of their parts. Each half has its own index.
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id)
UNION ALL
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (source, account, activity_id)
JOIN activity AS a ON (a.source, a.account, a.part_of) = (wanted.source, wanted.account, wanted.activity_id);

-- name: list_reps_with_activities
-- Which of these reps have activities, or have a user who has some. Whoever once owned one that others own now is not among them.
SELECT rep_id FROM unnest($1::text[]) AS asked (rep_id)
WHERE EXISTS (SELECT FROM activity AS a WHERE a.rep_id = asked.rep_id)
UNION
SELECT owner.rep_id FROM unnest($2::text[], $3::text[], $4::text[]) AS owner (rep_id, source, actor)
WHERE EXISTS (SELECT FROM activity AS a WHERE a.source = owner.source AND a.actor = owner.actor);

-- name: lock_activities_of_reps
-- All activities that belong to these reps, or may belong to them because of their users, also of users who owned them at any
-- other time: whose an activity is may depend on the calendar of somebody who handed it over before the day had ended. An
-- index does not serve pairs after an OR, but it serves all sources with all users, which are few more.
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a
WHERE a.rep_id = ANY($1::text[])
   OR (a.source = ANY($2::text[]) AND a.actor = ANY($3::text[]) AND (a.source, a.actor) IN (SELECT * FROM unnest($2, $3)))
   OR (a.keeps_owners AND a.source = ANY($2::text[]) AND EXISTS (
       SELECT FROM jsonb_each(a.states) AS stated (name, statement)
       WHERE (name = 'actor' OR starts_with(name, '_actor@')) AND statement ->> 0 = ANY($3::text[])
   ))
ORDER BY a.source, a.account, a.activity_id
FOR UPDATE;

-- name: update_activities
-- The activities are locked.
UPDATE activity AS a
SET states = new.states::jsonb, keeps_owners = new.keeps_owners, deleted = new.deleted, rep_id = new.rep_id, day = new.day,
    {fact_assignments}
FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::text[], $9::date[],
        {fact_arrays}
    ) AS new (source, account, activity_id, part_of, states, keeps_owners, deleted, rep_id, day, {fact_columns})
WHERE (a.source, a.account, a.activity_id) = (new.source, new.account, new.activity_id);

-- name: list_activities_of_day
-- In the order in which they began.
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a WHERE a.rep_id = $1 AND a.day = $2 ORDER BY a.started_at, a.source, a.account, a.activity_id;

-- name: list_assigned_activities
-- All activities that belong to a rep's day, day by day, for an audit. Read through a cursor.
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a WHERE a.rep_id IS NOT NULL ORDER BY a.rep_id, a.day;

-- name: list_unassigned_activities
-- All other activities, for an audit. Read through a cursor.
SELECT a.source, a.account, a.activity_id, a.part_of, a.states::text, a.deleted, a.rep_id, a.day, {fact_columns_of_a}
FROM activity AS a WHERE a.rep_id IS NULL;
