-- name: list_reps_at_work
-- Every rep who is inside the working time of a day with a target: once for all behaviours together ('') and once for each behaviour
-- that has a target. `has_data` says whether anything of it has arrived for the day.
SELECT rep_id, day, team_id, report -> 'team' ->> 'name' AS team_name, feed.behaviour, feed.label,
       (report ->> 'work_starts_at')::timestamptz AS work_starts_at,
       CASE feed.behaviour WHEN '' THEN first_seen_at IS NOT NULL ELSE first_seen ? feed.behaviour END AS has_data
FROM day CROSS JOIN LATERAL (
    SELECT '' AS behaviour, '' AS label
    UNION ALL
    SELECT line ->> 'key', line ->> 'label' FROM jsonb_array_elements(report -> 'behaviours') AS line
    WHERE (line ->> 'target')::numeric > 0
) AS feed
WHERE report ->> 'state' = 'open' AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
  AND (report ->> 'work_starts_at')::timestamptz <= $1 AND $1 < (report ->> 'work_ends_at')::timestamptz
ORDER BY team_id, feed.behaviour, rep_id;

-- name: list_first_seen
-- For each rep, their newest worked days before a day, at most sixty days back: how long after the start of work the first count of
-- anything ('' for the behaviour), or of a behaviour, arrived. Days that had counts but no time of arrival are left out: they were
-- imported.
SELECT wanted.rep_id, d.day, d.first_seen_after
FROM unnest($1::text[], $2::date[]) AS wanted (rep_id, day), LATERAL (
    SELECT day, CASE $4 WHEN '' THEN first_seen_at ELSE (first_seen ->> $4)::timestamptz END
                    - (report ->> 'work_starts_at')::timestamptz AS first_seen_after
    FROM day
    WHERE rep_id = wanted.rep_id AND day < wanted.day AND day >= wanted.day - 60
      AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
      AND (first_seen_at IS NOT NULL OR report ->> 'first_counted_at' IS NULL)
    ORDER BY day DESC LIMIT $3
) AS d;

-- name: list_silent_feeds
-- Every feed that is silent now, by team; the one of a whole team before those of its behaviours.
SELECT team_id, team_name, behaviour, label, since, because FROM silent_feed ORDER BY team_id, behaviour;

-- name: add_silent_feed
-- Returns a row only to the replica that noticed it first.
INSERT INTO silent_feed (team_id, team_name, behaviour, label, since, because) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING team_id;

-- name: delete_recovered_feeds
-- The feeds from which something has arrived since, whether for the current day or for one up to two weeks before.
DELETE FROM silent_feed AS f
WHERE EXISTS (
    SELECT FROM day AS d
    WHERE d.team_id = f.team_id AND d.day >= f.since::date - 14
      AND CASE f.behaviour WHEN '' THEN d.first_seen_at ELSE (d.first_seen ->> f.behaviour)::timestamptz END >= f.since
)
RETURNING team_id, behaviour, since;
