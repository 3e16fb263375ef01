-- name: merge_day
-- Keeps the newest report whatever the order of arrival; returns nothing when this one is not newer. What was seen first stays so.
INSERT INTO day AS d (rep_id, day, revision, report, first_seen_at, first_seen) VALUES ($1, $2, $3, $4::jsonb, $5, $6::jsonb)
ON CONFLICT (rep_id, day) DO UPDATE
SET revision = excluded.revision, report = excluded.report, first_seen_at = coalesce(d.first_seen_at, excluded.first_seen_at),
    first_seen = excluded.first_seen || d.first_seen
WHERE d.revision < excluded.revision
RETURNING d.revision;

-- name: merge_managers_of_rep
-- The newest day says who leads a rep, and on whose clock.
INSERT INTO manager_of_rep AS m (manager_id, rep_id, name, timezone, newest_day)
SELECT new.id, $1, new.name, new.timezone, $2 FROM unnest($3::text[], $4::text[], $5::text[]) AS new (id, name, timezone)
ON CONFLICT (manager_id, rep_id) DO UPDATE
SET name = excluded.name, timezone = excluded.timezone, newest_day = excluded.newest_day
WHERE m.newest_day < excluded.newest_day OR m.newest_day = excluded.newest_day AND m.timezone IS DISTINCT FROM excluded.timezone;
