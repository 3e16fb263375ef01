-- name: take_in_days
-- Takes the locks of a batch as lock_people does. Returns the digests that stand for somebody who was erased; if there are none, stores
-- the reports. It keeps the newest report of each day whatever the order of arrival, and returns nothing for one that is not newer.
-- What was seen first stays so, and so does what was known of the score in each quarter of an hour that is over. Once the transaction
-- commits, the pages that show the day learn that it has changed; nobody looks at days that are imported. A day is replanned if anything
-- else than what counts has changed, or if it has a score for the first time. Whether any of these rules sent anything on the day or
-- later says whether there may be something to retract; the function sees what was committed before the locks were taken.
WITH erased AS MATERIALIZED (
    SELECT lock_people($1::text[], $2::text[], $3::bytea[]) AS digest
), merged AS (
    INSERT INTO day AS d (rep_id, day, revision, report, first_seen_at, first_seen, score_by_quarter_hour)
    SELECT rep_id, day, revision, report::jsonb, first_seen_at, first_seen::jsonb, score_by_quarter_hour::jsonb
    FROM unnest($5::text[], $6::date[], $7::integer[], $8::text[], $9::timestamptz[], $10::text[], $11::text[])
        AS new (rep_id, day, revision, report, first_seen_at, first_seen, score_by_quarter_hour)
    WHERE NOT EXISTS (SELECT FROM erased)
    ON CONFLICT (rep_id, day) DO UPDATE
    SET revision = excluded.revision, report = excluded.report, first_seen_at = coalesce(d.first_seen_at, excluded.first_seen_at),
        first_seen = excluded.first_seen || d.first_seen,
        score_by_quarter_hour = d.score_by_quarter_hour || excluded.score_by_quarter_hour
    WHERE d.revision < excluded.revision
    RETURNING d.rep_id, d.day, d.first_seen::text AS first_seen,
        (old.report - '{behaviours,goals,score,revision,first_counted_at}'::text[]
            IS DISTINCT FROM d.report - '{behaviours,goals,score,revision,first_counted_at}'::text[]
            OR (old.report ->> 'score' IS NULL) <> (d.report ->> 'score' IS NULL)) AS is_replanned,
        has_sent_since(d.rep_id, d.day, $4::text[]) AS has_sent,
        CASE WHEN NOT (d.report -> 'silent')::boolean THEN pg_notify('changed_teams', d.team_id) END
)
SELECT digest, NULL AS rep_id, NULL AS day, NULL AS first_seen, NULL AS is_replanned, NULL AS has_sent FROM erased
UNION ALL SELECT NULL, rep_id, day, first_seen, is_replanned, has_sent FROM merged;

-- name: merge_managers
-- The newest day says who leads a rep, and on whose clock.
INSERT INTO manager_of_rep AS m (manager_id, rep_id, name, timezone, newest_day)
SELECT manager_id, rep_id, name, timezone, day FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[])
    AS new (rep_id, manager_id, day, name, timezone)
ON CONFLICT (manager_id, rep_id) DO UPDATE
SET name = excluded.name, timezone = excluded.timezone, newest_day = excluded.newest_day
WHERE m.newest_day < excluded.newest_day OR m.newest_day = excluded.newest_day AND m.timezone IS DISTINCT FROM excluded.timezone;
