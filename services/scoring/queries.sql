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
-- The newest version for each team and date.
SELECT DISTINCT ON (team, effective_from) version, team, effective_from, body, reason, applied_at
FROM playbook_version ORDER BY team, effective_from, version DESC;

-- name: add_playbook
INSERT INTO playbook_version (team, effective_from, body, reason, applied_at) VALUES ($1, $2, $3, $4, $5) RETURNING version;

-- name: list_announcements_of
SELECT rep_id, version, binds_from, times, withdrawn_at IS NOT NULL AS withdrawn FROM announcement WHERE rep_id = ANY($1::text[]);

-- name: merge_announcements
-- Announced for the first time, anew, or withdrawn; in the order in which everybody locks them. Who was told stays told.
INSERT INTO announcement (rep_id, version, binds_from, times, withdrawn_at, announced_at)
SELECT rep_id, version, binds_from, times, CASE WHEN withdrawn THEN $6::timestamptz END, $6
FROM unnest($1::text[], $2::integer[], $3::date[], $4::integer[], $5::boolean[])
    AS new (rep_id, version, binds_from, times, withdrawn)
ORDER BY rep_id, version
ON CONFLICT (rep_id, version) DO UPDATE
SET binds_from = excluded.binds_from, times = excluded.times, withdrawn_at = excluded.withdrawn_at,
    announced_at = CASE WHEN excluded.withdrawn_at IS NULL THEN excluded.announced_at ELSE announcement.announced_at END;

-- name: merge_telling
-- Who was told, and who has acknowledged it: the earliest of each, locked in one order. What is unknown here is of somebody
-- who was erased.
WITH said AS (
    SELECT rep_id, version, min(told_at) AS told_at, min(acknowledged_at) AS acknowledged_at
    FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::timestamptz[])
        AS said (rep_id, version, told_at, acknowledged_at)
    GROUP BY rep_id, version
), locked AS (
    SELECT a.rep_id, a.version, said.told_at, said.acknowledged_at
    FROM said JOIN announcement AS a USING (rep_id, version) ORDER BY a.rep_id, a.version FOR UPDATE OF a
)
UPDATE announcement AS a
SET told_at = least(a.told_at, locked.told_at), acknowledged_at = least(a.acknowledged_at, locked.acknowledged_at)
FROM locked WHERE (a.rep_id, a.version) = (locked.rep_id, locked.version);

-- name: find_told_at
SELECT told_at FROM announcement WHERE rep_id = $1 AND version = $2;

-- name: list_telling
-- One page of who was told of what, the newest version first.
SELECT a.version, p.team, p.effective_from, a.rep_id, a.binds_from, a.announced_at, a.told_at, a.acknowledged_at, a.withdrawn_at
FROM playbook_version AS p JOIN announcement AS a ON a.version = p.version
WHERE ($1::text IS NULL OR p.team = $1) AND ($2::date IS NULL OR p.effective_from = $2)
  AND ($3::integer IS NULL OR (-a.version, a.rep_id) > (-$3::integer, $4::text))
ORDER BY -a.version, a.rep_id LIMIT $5;

-- name: count_announcements
-- By version: to how many reps it was announced, and how many were told and have acknowledged it.
SELECT version, count(*) AS announced, count(told_at) AS told, count(acknowledged_at) AS acknowledged
FROM announcement WHERE withdrawn_at IS NULL GROUP BY version;

-- name: insert_activities
-- Those that nobody has heard of, in one order. A key that another transaction is inserting is waited for, and then left out.
-- A row is written once; only what is left out has to be locked, merged and updated. Nobody who waits here holds a lock on a
-- row that was there before, so no circle of waiting can close.
INSERT INTO activity (source, account, activity_id, states, kind, deleted, actor, started_at, duration_s, outcome, direction,
                      amount, stage, contact_key, rep_id, day)
SELECT source, account, activity_id, states::jsonb, kind, deleted, actor, started_at, duration_s, outcome, direction,
       amount, stage, contact_key, rep_id, day
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::timestamptz[],
            $9::double precision[], $10::text[], $11::text[], $12::numeric[], $13::text[], $14::text[], $15::text[], $16::date[])
    AS new (source, account, activity_id, states, kind, deleted, actor, started_at, duration_s, outcome, direction,
            amount, stage, contact_key, rep_id, day)
ORDER BY source, account, activity_id
ON CONFLICT (source, account, activity_id) DO NOTHING
RETURNING source, account, activity_id;

-- name: lock_activities
-- In one order, so that replicas queue up instead of deadlocking.
SELECT a.source, a.account, a.activity_id, a.states::text AS states, a.kind, a.deleted, a.actor, a.started_at, a.duration_s,
       a.outcome, a.direction, a.amount, a.stage, a.contact_key, a.rep_id, a.day
FROM unnest($1::text[], $2::text[], $3::text[]) AS key (source, account, activity_id)
JOIN activity AS a USING (source, account, activity_id)
ORDER BY a.source, a.account, a.activity_id
FOR UPDATE OF a;

-- name: lock_activities_of_reps
-- All that are theirs now, or may be: by where they are, and by who did them. Pairs alone are not looked up in an index after
-- an OR; all sources with all users are, and hold few more.
SELECT source, account, activity_id, states::text AS states, kind, deleted, actor, started_at, duration_s, outcome,
       direction, amount, stage, contact_key, rep_id, day
FROM activity
WHERE rep_id = ANY($1::text[])
   OR (source = ANY($2::text[]) AND actor = ANY($3::text[]) AND (source, actor) IN (SELECT * FROM unnest($2, $3)))
ORDER BY source, account, activity_id
FOR UPDATE;

-- name: update_activities
UPDATE activity AS a
SET states = new.states::jsonb, kind = new.kind, deleted = new.deleted, actor = new.actor, started_at = new.started_at,
    duration_s = new.duration_s, outcome = new.outcome, direction = new.direction, amount = new.amount, stage = new.stage,
    contact_key = new.contact_key, rep_id = new.rep_id, day = new.day
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::timestamptz[],
            $9::double precision[], $10::text[], $11::text[], $12::numeric[], $13::text[], $14::text[], $15::text[], $16::date[])
    AS new (source, account, activity_id, states, kind, deleted, actor, started_at, duration_s, outcome, direction,
            amount, stage, contact_key, rep_id, day)
WHERE (a.source, a.account, a.activity_id) = (new.source, new.account, new.activity_id);

-- name: list_placed_activities
-- All that are somebody's, day by day, for a recount. Read through a cursor.
SELECT source, account, activity_id, states::text AS states, kind, deleted, actor, started_at, duration_s, outcome,
       direction, amount, stage, contact_key, rep_id, day
FROM activity WHERE rep_id IS NOT NULL ORDER BY rep_id, day;

-- name: list_unplaced_activities
SELECT source, account, activity_id, states::text AS states, kind, deleted, actor, started_at, duration_s, outcome,
       direction, amount, stage, contact_key, rep_id, day
FROM activity WHERE rep_id IS NULL;

-- name: list_nobodys
-- Activities that are kept until somebody has the identity of who did them.
SELECT source, account, actor AS user, count(*) AS activities, max(started_at) AS newest_at
FROM activity WHERE rep_id IS NULL AND actor IS NOT NULL AND NOT deleted
GROUP BY source, account, actor ORDER BY newest_at DESC NULLS LAST, source, account, actor LIMIT 100;

-- name: list_activities_of_day
SELECT source, account, activity_id, states::text AS states, kind, deleted, actor, started_at, duration_s, outcome,
       direction, amount, stage, contact_key, rep_id, day
FROM activity WHERE rep_id = $1 AND day = $2 ORDER BY started_at, source, account, activity_id;

-- name: insert_days
-- Those that are not there yet, in one order, always after activities.
INSERT INTO rep_day (rep_id, day, state)
SELECT rep_id, day, state FROM unnest($1::text[], $2::date[], $3::text[]) AS key (rep_id, day, state)
ORDER BY rep_id, day
ON CONFLICT (rep_id, day) DO NOTHING;

-- name: lock_days
SELECT d.rep_id, d.day, d.state, d.counts::text AS counts, d.goals::text AS goals, d.score, d.first_counted_at, d.revision
FROM unnest($1::text[], $2::date[]) AS key (rep_id, day)
JOIN rep_day AS d USING (rep_id, day)
ORDER BY d.rep_id, d.day
FOR UPDATE OF d;

-- name: find_unverified
-- What the rules of a version mark on a day, as `domain/unverified.py` has it. Each window sees only what its rule is about;
-- of two that begin at once the key decides which is the earlier.
WITH rule AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($4::jsonb) AS rule (
        version integer, burst_more_than integer, burst_within_s integer, burst_kinds text[], overlap_more_than_s integer,
        overlap_kinds text[], contact_more_than integer, contact_kinds text[]
    )
), seen AS (
    SELECT wanted.number, a.source, a.account, a.activity_id, a.started_at, a.contact_key, rule.*,
           a.started_at + interval '1 microsecond' * (a.duration_s * 1000000)::bigint AS ends_at,
           burst_more_than IS NOT NULL AND (burst_kinds IS NULL OR a.kind = ANY(burst_kinds)) AS may_burst,
           overlap_more_than_s IS NOT NULL AND a.duration_s > 0
               AND (overlap_kinds IS NULL OR a.kind = ANY(overlap_kinds)) AS may_overlap,
           contact_more_than IS NOT NULL AND a.contact_key IS NOT NULL
               AND (contact_kinds IS NULL OR a.kind = ANY(contact_kinds)) AS may_repeat
    FROM unnest($1::text[], $2::date[], $3::integer[]) WITH ORDINALITY AS wanted (rep_id, day, of_version, number)
    JOIN rule ON rule.version = wanted.of_version
    JOIN activity AS a ON a.rep_id = wanted.rep_id AND a.day = wanted.day
), judged AS (
    SELECT source, account, activity_id,
           may_burst AND started_at - lag(started_at, burst_more_than) OVER (
               PARTITION BY number, may_burst ORDER BY started_at, source, account, activity_id
           ) <= make_interval(secs => burst_within_s) AS is_burst,
           may_overlap AND max(ends_at) OVER (
               PARTITION BY number, may_overlap ORDER BY started_at, source, account, activity_id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) - started_at > make_interval(secs => overlap_more_than_s) AS is_overlap,
           may_repeat AND row_number() OVER (
               PARTITION BY number, may_repeat, contact_key ORDER BY started_at, source, account, activity_id
           ) > contact_more_than AS is_repeat
    FROM seen
)
SELECT source, account, activity_id FROM judged WHERE is_burst OR is_overlap OR is_repeat;

-- name: sum_goals
-- What the days of a period add up to for a goal, up to and including a day.
SELECT wanted.number, held.times
FROM unnest($1::integer[], $2::text[], $3::text[], $4::date[], $5::date[]) AS wanted (number, key, rep_id, first_day, last_day)
CROSS JOIN LATERAL (
    SELECT coalesce(sum((d.goals ->> wanted.key)::integer), 0) AS times
    FROM rep_day AS d WHERE d.rep_id = wanted.rep_id AND d.day BETWEEN wanted.first_day AND wanted.last_day
) AS held;

-- name: update_days
UPDATE rep_day AS d
SET state = new.state, counts = new.counts::jsonb, goals = new.goals::jsonb, score = new.score,
    first_counted_at = new.first_counted_at, revision = new.revision
FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::timestamptz[], $8::integer[])
    AS new (rep_id, day, state, counts, goals, score, first_counted_at, revision)
WHERE d.rep_id = new.rep_id AND d.day = new.day;

-- name: update_long_past_days
-- Most come to the same as others; what that is stands in the last three arguments, once. Those that stay as they are are not
-- written.
WITH result AS MATERIALIZED (
    SELECT number - 1 AS number, counts::jsonb AS counts, goals::jsonb AS goals, score
    FROM unnest($5::text[], $6::text[], $7::numeric[]) WITH ORDINALITY AS result (counts, goals, score, number)
)
UPDATE rep_day AS d
SET counts = result.counts, goals = result.goals, score = result.score, first_counted_at = new.first_counted_at
FROM unnest($1::text[], $2::date[], $3::timestamptz[], $4::integer[]) AS new (rep_id, day, first_counted_at, of_result)
JOIN result ON result.number = new.of_result
WHERE d.rep_id = new.rep_id AND d.day = new.day
  AND (d.counts, d.goals, d.score, d.first_counted_at)
      IS DISTINCT FROM (result.counts, result.goals, result.score, new.first_counted_at);

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

-- name: list_counts
-- Everybody's days on which something counted.
SELECT rep_id, day, counts::text AS counts FROM rep_day WHERE day BETWEEN $1 AND $2 AND counts <> '{}'::jsonb;

-- name: list_totals_of_forgotten
SELECT team, month, behaviour, times FROM total_of_forgotten WHERE month BETWEEN $1 AND $2;

-- name: list_scores_of
-- The scores of these days, where they have one.
SELECT d.rep_id, d.day, d.score FROM unnest($1::text[], $2::date[]) AS wanted (rep_id, day) JOIN rep_day AS d USING (rep_id, day);

-- name: list_all_days
-- Every day, for a recount. Read through a cursor.
SELECT rep_id, day, state, counts::text AS counts, goals::text AS goals, score, first_counted_at, revision
FROM rep_day ORDER BY rep_id, day;

-- name: request_rescore
-- A rep who waits already waits for both spans.
INSERT INTO rescore AS r (rep_id, first_day, last_day, places, requested_at)
SELECT rep_id, $2, $3, $4, $5 FROM unnest($1::text[]) AS wanted (rep_id) ORDER BY rep_id
ON CONFLICT (rep_id) DO UPDATE
SET first_day = least(r.first_day, excluded.first_day), last_day = greatest(r.last_day, excluded.last_day),
    places = r.places OR excluded.places;

-- name: claim_rescore
-- What another replica is at is passed over. Reps to be placed and reps to be scored are never claimed together, and the
-- earliest days go first: days of different reps lie beside each other on the disk, days of one rep do not.
SELECT rep_id, first_day, last_day FROM rescore WHERE places = $1 ORDER BY first_day, rep_id LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: finish_placing
UPDATE rescore SET places = false WHERE rep_id = ANY($1::text[]);

-- name: find_first_to_rescore
-- The earliest day that any of these reps has in their span.
SELECT min(earliest.day)
FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted (rep_id, first_day, last_day)
CROSS JOIN LATERAL (
    SELECT d.day FROM rep_day AS d
    WHERE d.rep_id = wanted.rep_id AND d.day BETWEEN wanted.first_day AND wanted.last_day ORDER BY d.day LIMIT 1
) AS earliest;

-- name: lock_days_to_rescore
-- Those from one date to before another, in the order in which everybody locks days. None is earlier, but Postgres cannot know:
-- days of one date lie beside each other on the disk.
SELECT d.rep_id, d.day, d.state, d.counts::text AS counts, d.goals::text AS goals, d.score, d.first_counted_at, d.revision
FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted (rep_id, first_day, last_day)
JOIN rep_day AS d ON d.rep_id = wanted.rep_id AND d.day BETWEEN wanted.first_day AND wanted.last_day
WHERE d.day >= $4 AND d.day < $5
ORDER BY d.rep_id, d.day
FOR UPDATE OF d;

-- name: lock_long_past_days
-- As lock_days_to_rescore.
SELECT d.rep_id, d.day
FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted (rep_id, first_day, last_day)
JOIN rep_day AS d ON d.rep_id = wanted.rep_id AND d.day BETWEEN wanted.first_day AND wanted.last_day
WHERE d.day >= $4 AND d.day < $5
ORDER BY d.rep_id, d.day
FOR UPDATE OF d;

-- name: advance_rescore
-- What is done is not done again, also when the rest is left to another process.
UPDATE rescore SET first_day = $2 WHERE rep_id = ANY($1::text[]) AND first_day < $2;

-- name: delete_rescore
DELETE FROM rescore WHERE rep_id = ANY($1::text[]);

-- name: list_waiting_to_be_placed
SELECT rep_id FROM rescore WHERE places AND rep_id = ANY($1::text[]);

-- name: list_rescore
SELECT rep_id FROM rescore WHERE $1::text[] IS NULL OR rep_id = ANY($1::text[]);

-- name: plan_for_these
-- Until the transaction ends. Plans for few and for many days differ too much to share one; and of the days that are asked for
-- Postgres knows no statistics, so that it would sort all their activities to join them.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_mergejoin', 'off', true);

-- name: plan_anew
-- Until the transaction ends. A plan that is kept for all days joins many of them to everything that was done on each.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: find_rescore_state
SELECT (SELECT count(*) FROM rescore) AS reps,
       (SELECT count(*) FROM rescore AS r JOIN rep_day AS d ON d.rep_id = r.rep_id AND d.day BETWEEN r.first_day AND r.last_day)
           AS days;

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

-- name: enqueue_events
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

-- name: list_forgotten
SELECT kind, digest FROM forgotten;

-- name: add_forgotten
INSERT INTO forgotten (kind, digest, forgotten_at)
SELECT kind, digest, $3 FROM unnest($1::text[], $2::bytea[]) AS new (kind, digest) ON CONFLICT DO NOTHING;

-- name: list_rosters
SELECT version, body FROM roster ORDER BY version DESC;

-- name: update_roster
UPDATE roster SET body = $2 WHERE version = $1;

-- name: count_activities_of_users
-- An account of NULL is any; what stands in the roster as somebody's by now is theirs.
SELECT count(DISTINCT (a.source, a.account, a.activity_id))
FROM unnest($1::text[], $2::text[], $3::text[]) AS one (source, account, "user")
JOIN activity AS a ON a.source = one.source AND a.actor = one."user" AND (one.account IS NULL OR a.account = one.account)
WHERE a.rep_id IS NULL
  AND (a.source, a.account, a.actor) NOT IN (SELECT * FROM unnest($4::text[], $5::text[], $6::text[]));

-- name: delete_activities_of_users
-- As many as the last argument says, of those that the query above counts.
DELETE FROM activity WHERE ctid = ANY(ARRAY(
    SELECT a.ctid
    FROM unnest($1::text[], $2::text[], $3::text[]) AS one (source, account, "user")
    JOIN activity AS a ON a.source = one.source AND a.actor = one."user" AND (one.account IS NULL OR a.account = one.account)
    WHERE a.rep_id IS NULL
      AND (a.source, a.account, a.actor) NOT IN (SELECT * FROM unnest($4::text[], $5::text[], $6::text[]))
    LIMIT $7
));

-- name: list_activities_of_contact
-- Of one source, or of any.
SELECT source, account, activity_id FROM activity
WHERE contact_key = $1 AND ($2::text IS NULL OR source = $2) ORDER BY source, account, activity_id;

-- name: list_days_of
-- A rep's days on which something counted.
SELECT day, counts::text AS counts FROM rep_day WHERE rep_id = $1 AND counts <> '{}'::jsonb;

-- name: count_days_of
SELECT count(*) FROM rep_day WHERE rep_id = $1;

-- name: add_totals
INSERT INTO total_of_forgotten AS t (team, month, behaviour, times)
SELECT team, month, behaviour, times
FROM unnest($1::text[], $2::date[], $3::text[], $4::bigint[]) AS new (team, month, behaviour, times)
ON CONFLICT (team, month, behaviour) DO UPDATE SET times = t.times + excluded.times;

-- name: delete_days_of
DELETE FROM rep_day WHERE rep_id = $1;

-- name: delete_progress_of
DELETE FROM rep_progress WHERE rep_id = $1;

-- name: delete_announcements_of
DELETE FROM announcement WHERE rep_id = $1;

-- name: delete_reports_of
-- Waits for a relay that is publishing one of them. The subject is the rep's id, of a day's report with a slash and the day.
DELETE FROM outbox WHERE split_part(subject, '/', 1) = $1;

-- name: update_reports_led_by
-- Other people's reports go out without this manager of theirs.
UPDATE outbox SET body = jsonb_set(body::jsonb, '{managers}', coalesce(
    (SELECT jsonb_agg(one) FROM jsonb_array_elements(body::jsonb -> 'managers') AS one WHERE one ->> 'id' <> $1), '[]'
))::text
WHERE body::jsonb -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text));
