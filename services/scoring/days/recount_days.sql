-- name: find_unverified
-- The activities that the rules of a version mark on a day, as `domain/activities/unverified.py` defines it. Each window sees
-- only the activities that its rule is about; of two that begin at the same time the smaller key is the earlier.
WITH rule AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($4::jsonb) AS rule (
        version integer, burst_more_than integer, burst_within_s integer, burst_kinds text[], overlap_more_than_s integer,
        overlap_kinds text[], contact_more_than integer, contact_kinds text[]
    )
), candidate AS (
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
), marked AS (
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
    FROM candidate
)
SELECT source, account, activity_id FROM marked WHERE is_burst OR is_overlap OR is_repeat;

-- name: sum_goals
-- What the days of a period add up to for a goal, up to and including a day.
SELECT wanted.number, stored.total
FROM unnest($1::integer[], $2::text[], $3::text[], $4::date[], $5::date[]) AS wanted (number, key, rep_id, first_day, last_day)
CROSS JOIN LATERAL (
    SELECT coalesce(sum((d.goals ->> wanted.key)::integer), 0) AS total
    FROM rep_day AS d WHERE d.rep_id = wanted.rep_id AND d.day BETWEEN wanted.first_day AND wanted.last_day
) AS stored;

-- name: plan_each_time
-- Plans each statement for its own values until the transaction ends. A generic plan would join all days to all activities.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true);
