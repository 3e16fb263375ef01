-- name: count_activities_of_users
-- An account of null stands for every account. Activities of a user who is somebody else's by now, in one account, are theirs.
SELECT count(DISTINCT (a.source, a.account, a.activity_id))
FROM unnest($1::text[], $2::text[], $3::text[]) AS own (source, account, "user")
JOIN activity AS a ON a.source = own.source AND a.actor = own."user" AND (own.account IS NULL OR a.account = own.account)
WHERE a.rep_id IS NULL
  AND (a.source, a.account, a.actor) NOT IN (SELECT * FROM unnest($4::text[], $5::text[], $6::text[]));

-- name: delete_activities_of_users
-- Up to the given number of the activities that count_activities_of_users counts.
DELETE FROM activity WHERE ctid = ANY(ARRAY(
    SELECT a.ctid
    FROM unnest($1::text[], $2::text[], $3::text[]) AS own (source, account, "user")
    JOIN activity AS a ON a.source = own.source AND a.actor = own."user" AND (own.account IS NULL OR a.account = own.account)
    WHERE a.rep_id IS NULL
      AND (a.source, a.account, a.actor) NOT IN (SELECT * FROM unnest($4::text[], $5::text[], $6::text[]))
    LIMIT $7
));

-- name: lock_activities_naming_users
-- Up to the given number of activities that are somebody else's but name one of these users as their owner, now or earlier.
SELECT a.source, a.account, a.activity_id, a.states::text
FROM activity AS a
WHERE a.keeps_owners AND a.source = ANY($1::text[]) AND EXISTS (
    SELECT
    FROM unnest($1::text[], $2::text[], $3::text[]) AS own (source, account, "user"), jsonb_each(a.states) AS stated (name, statement)
    WHERE own.source = a.source AND (own.account IS NULL OR own.account = a.account) AND statement ->> 0 = own."user"
      AND (name = 'actor' OR starts_with(name, '_actor@'))
      AND (a.source, a.account, own."user") NOT IN (SELECT * FROM unnest($4::text[], $5::text[], $6::text[]))
)
ORDER BY a.source, a.account, a.activity_id LIMIT $7
FOR UPDATE OF a;

-- name: replace_states
-- The activities are locked. Nothing else about them follows from what is replaced.
UPDATE activity AS a SET states = new.states::jsonb
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS new (source, account, activity_id, states)
WHERE (a.source, a.account, a.activity_id) = (new.source, new.account, new.activity_id);

-- name: count_days_of
-- All stored days of a rep.
SELECT count(*) FROM rep_day WHERE rep_id = $1;

-- name: list_counts_of
-- The days of a rep on which something counted.
SELECT day, counts::text AS counts FROM rep_day WHERE rep_id = $1 AND counts <> '{}'::jsonb;

-- name: add_totals
-- The counts of an erased rep are added to those of other erased reps of the team.
INSERT INTO total_of_erased_reps AS t (team, month, behaviour, total)
SELECT team, month, behaviour, total
FROM unnest($1::text[], $2::date[], $3::text[], $4::bigint[]) AS new (team, month, behaviour, total)
ON CONFLICT (team, month, behaviour) DO UPDATE SET total = t.total + excluded.total;

-- name: delete_days_of
-- Their totals are added before, in the same transaction.
DELETE FROM rep_day WHERE rep_id = $1;

-- name: delete_last_opened_day_of
-- No day of the rep is opened any more.
DELETE FROM last_opened_day WHERE rep_id = $1;

-- name: delete_reports_of
-- Waits for a relay that is publishing one of them. The subject is the rep's id; that of a day's report has a slash and the day
-- after it.
DELETE FROM outbox WHERE split_part(subject, '/', 1) = $1;

-- name: remove_manager_from_reports
-- Reports about other people are published without this manager.
UPDATE outbox SET body = jsonb_set(body::jsonb, '{managers}', coalesce(
    (SELECT jsonb_agg(manager) FROM jsonb_array_elements(body::jsonb -> 'managers') AS manager WHERE manager ->> 'id' <> $1),
    '[]'
))::text
WHERE body::jsonb -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text));
