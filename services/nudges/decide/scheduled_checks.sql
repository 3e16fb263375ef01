-- name: add_checks
-- Schedules one check for each moment of a day. A check whose moment has moved is moved, unless it is done.
INSERT INTO scheduled_check (person_id, day, moment, due_at)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::timestamptz[])
ON CONFLICT (person_id, day, moment) DO UPDATE SET due_at = excluded.due_at
WHERE NOT scheduled_check.is_done AND scheduled_check.due_at <> excluded.due_at;

-- name: add_checks_of_team
-- Schedules a check of each teammate's day, unless a nudge of these rules has been decided for it. A check that was done while
-- somebody's day was unknown is done again.
INSERT INTO scheduled_check (person_id, day, moment, due_at)
SELECT DISTINCT teammate, day, moment, due_at
FROM unnest($1::text[], $2::date[], $3::text[], $4::timestamptz[], $5::text[]) AS new (teammate, day, moment, due_at, rules)
WHERE NOT EXISTS (
    SELECT FROM nudge AS n WHERE n.person_id = teammate AND n.day = new.day AND n.rule = ANY(string_to_array(rules, ' '))
)
ON CONFLICT (person_id, day, moment) DO UPDATE SET due_at = excluded.due_at, is_done = false WHERE scheduled_check.is_done;

-- name: list_due_checks
-- Lists the checks of reps' days that are due, the longest overdue first.
SELECT person_id, day, moment FROM scheduled_check
WHERE NOT is_done AND due_at <= $1 AND moment <> 'team' ORDER BY due_at, person_id, moment LIMIT $2;

-- name: find_due_check
-- Whether one moment of a day is due and not checked yet.
SELECT due_at FROM scheduled_check WHERE person_id = $1 AND day = $2 AND moment = $3 AND due_at <= $4 AND NOT is_done;

-- name: mark_checks_done
-- Returns a row to exactly one replica. Counts are kept only of a check that was on time: later they would not be those of midday.
UPDATE scheduled_check AS c
SET is_done = true, counts = CASE WHEN taken.at - due_at <= interval '15 minutes' THEN taken.counts::jsonb END
FROM unnest($1::text[], $2::date[], $3::text[], $4::timestamptz[], $5::text[]) AS taken (person_id, day, moment, at, counts)
WHERE c.person_id = taken.person_id AND c.day = taken.day AND c.moment = taken.moment AND NOT is_done RETURNING c.person_id;

-- name: list_due_digests
-- Lists the managers whose morning has come.
SELECT person_id AS manager_id, day FROM scheduled_check
WHERE NOT is_done AND due_at <= $1 AND moment = 'team' ORDER BY due_at, person_id LIMIT $2;

-- name: list_managers_without_digest
-- Lists the managers who lead somebody, have a time zone, and have no digest scheduled.
SELECT DISTINCT ON (manager_id) manager_id, timezone FROM manager_of_rep
WHERE newest_day >= $1 AND timezone IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM scheduled_check AS c WHERE c.person_id = manager_of_rep.manager_id AND c.moment = 'team' AND NOT c.is_done
  )
ORDER BY manager_id, newest_day DESC;
