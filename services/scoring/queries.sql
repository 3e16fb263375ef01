-- name: share_definitions
-- Taken by all who place or count: no definition changes while their transaction runs. Released at its end.
SELECT pg_advisory_xact_lock_shared(hashtext('scoring.definitions'));

-- name: lock_definitions
-- Taken by who changes a definition: waits for all who share it, and keeps new ones out.
SELECT pg_advisory_xact_lock(hashtext('scoring.definitions'));

-- name: find_definitions_version
-- A statement of its own, after the lock: its snapshot then sees what the last holder committed.
SELECT version FROM definitions_version;

-- name: bump_definitions_version
UPDATE definitions_version SET version = version + 1 RETURNING version;

-- name: find_roster
SELECT body FROM roster ORDER BY version DESC LIMIT 1;

-- name: add_roster
INSERT INTO roster (body, applied_at) VALUES ($1, $2);

-- name: list_playbooks
SELECT team, effective_from, body FROM playbook ORDER BY team, effective_from;

-- name: add_playbook
-- The same team and date again replaces the version.
INSERT INTO playbook (team, effective_from, body, applied_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (team, effective_from) DO UPDATE SET body = excluded.body, applied_at = excluded.applied_at;

-- name: claim_activities
-- Makes the rows that are missing and locks all of them in one order, so that replicas queue up instead of deadlocking.
-- The update changes nothing; it is what locks a row and gives back its newest version.
INSERT INTO activity AS a (source, account, activity_id)
SELECT key.source, key.account, key.activity_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS key (source, account, activity_id)
ORDER BY key.source, key.account, key.activity_id
ON CONFLICT (source, account, activity_id) DO UPDATE SET source = excluded.source
RETURNING a.source, a.account, a.activity_id, a.states::text AS states, a.rep_id, a.day, a.started_at, a.counted;

-- name: update_activities
-- `counted` travels as one text per activity, keys separated by spaces, because arrays of arrays must be rectangular.
UPDATE activity AS a
SET states = new.states::jsonb, rep_id = new.rep_id, day = new.day, started_at = new.started_at,
    counted = string_to_array(new.counted, ' ')
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::timestamptz[], $8::text[])
    AS new (source, account, activity_id, states, rep_id, day, started_at, counted)
WHERE (a.source, a.account, a.activity_id) = (new.source, new.account, new.activity_id);

-- name: list_activities
-- Everything, in the order of the key, for a recount. Read through a cursor.
SELECT source, account, activity_id, states::text AS states, rep_id, day, started_at, counted
FROM activity ORDER BY source, account, activity_id;

-- name: list_activities_of_day
SELECT source, account, activity_id, states::text AS states, rep_id, day, started_at, counted
FROM activity WHERE rep_id = $1 AND day = $2 ORDER BY started_at, source, account, activity_id;

-- name: claim_days
-- Makes and locks days in one order, always after activities.
INSERT INTO rep_day AS d (rep_id, day, state)
SELECT key.rep_id, key.day, key.state
FROM unnest($1::text[], $2::date[], $3::text[]) AS key (rep_id, day, state)
ORDER BY key.rep_id, key.day
ON CONFLICT (rep_id, day) DO UPDATE SET rep_id = excluded.rep_id
RETURNING d.rep_id, d.day, d.state, d.counts::text AS counts, d.score, d.first_counted_at, d.revision;

-- name: recount_days
-- A statement of its own, after the days are locked: its snapshot sees every activity that others committed before.
SELECT a.rep_id, a.day, behaviour.key, count(*) AS times, min(a.started_at) AS first_at
FROM unnest($1::text[], $2::date[]) AS wanted (rep_id, day)
JOIN activity AS a ON a.rep_id = wanted.rep_id AND a.day = wanted.day
CROSS JOIN LATERAL unnest(a.counted) AS behaviour (key)
GROUP BY a.rep_id, a.day, behaviour.key;

-- name: update_days
UPDATE rep_day AS d
SET state = new.state, counts = new.counts::jsonb, score = new.score, first_counted_at = new.first_counted_at,
    revision = new.revision
FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::numeric[], $6::timestamptz[], $7::integer[])
    AS new (rep_id, day, state, counts, score, first_counted_at, revision)
WHERE d.rep_id = new.rep_id AND d.day = new.day;

-- name: list_days
-- One page of days, in the order of the key, each with at least one count unless the fourth says otherwise.
SELECT rep_id, day, counts::text AS counts, score
FROM rep_day
WHERE day BETWEEN $1 AND $2
  AND rep_id = ANY($3::text[])
  AND ($4 OR counts <> '{}'::jsonb)
  AND (rep_id, day) > ($5::text, $6::date)
ORDER BY rep_id, day
LIMIT $7;

-- name: list_all_days
-- Every day, for a recount. Read through a cursor.
SELECT rep_id, day, state, counts::text AS counts, score, first_counted_at, revision FROM rep_day ORDER BY rep_id, day;

-- name: list_places
SELECT rep_id, day FROM rep_day;

-- name: list_progress
-- How far the days of each rep were opened, and whether the last one still is.
SELECT p.rep_id, p.opened_day,
       (SELECT min(d.day) FROM rep_day AS d WHERE d.rep_id = p.rep_id AND d.state = 'open') AS oldest_open_day
FROM rep_progress AS p;

-- name: claim_progress
-- Locks the progress of the reps in one order; a rep not known yet begins on the day before the one given.
INSERT INTO rep_progress AS p (rep_id, opened_day)
SELECT key.rep_id, key.day FROM unnest($1::text[], $2::date[]) AS key (rep_id, day) ORDER BY key.rep_id
ON CONFLICT (rep_id) DO UPDATE SET rep_id = excluded.rep_id
RETURNING p.rep_id, p.opened_day;

-- name: update_progress
UPDATE rep_progress AS p SET opened_day = new.day
FROM unnest($1::text[], $2::date[]) AS new (rep_id, day) WHERE p.rep_id = new.rep_id;

-- name: list_open_days
SELECT rep_id, day FROM rep_day WHERE state = 'open' AND rep_id = ANY($1::text[]) ORDER BY rep_id, day;

-- name: enqueue_reports
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]);

-- name: claim_outbox
-- A row that another relay holds is passed over.
SELECT id, event_id, event_type, subject, body, traceparent, at
FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: delete_outbox
DELETE FROM outbox WHERE id = ANY($1::bigint[]);

-- name: find_outbox_state
SELECT count(*) AS waiting, min(at) AS oldest_at FROM outbox;
