-- name: list_past_days
-- A rep's newest worked days before a day that these versions judged, with the counts of the behaviours that had a target.
SELECT day, coalesce((report ->> 'part')::float8, 1) AS part,
       (SELECT jsonb_object_agg(behaviour ->> 'key', (behaviour ->> 'count')::integer)
        FROM jsonb_array_elements(report -> 'behaviours') AS behaviour WHERE (behaviour ->> 'target')::numeric > 0)::text AS counts
FROM day
WHERE rep_id = $1 AND day < $2 AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
  AND (report ->> 'playbook_version')::integer = ANY($3::integer[])
ORDER BY day DESC LIMIT $4;

-- name: list_team_days
-- The worked days of everybody in a team, from one day to before another, that these versions judged.
SELECT rep_id, day, coalesce((report ->> 'part')::float8, 1) AS part,
       (SELECT coalesce(sum((behaviour ->> 'count')::integer), 0)
        FROM jsonb_array_elements(report -> 'behaviours') AS behaviour WHERE (behaviour ->> 'target')::numeric > 0)::integer AS count
FROM day
WHERE team_id = $1 AND day >= $2 AND day < $3
  AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
  AND (report ->> 'playbook_version')::integer = ANY($4::integer[])
ORDER BY rep_id, day;

-- name: list_middays
-- A rep's newest worked days before a day that these versions judged and that are over: the counts at the midday check, and at the
-- end.
SELECT c.day, c.counts::text AS by_midday,
       (SELECT jsonb_object_agg(behaviour ->> 'key', (behaviour ->> 'count')::integer)
        FROM jsonb_array_elements(d.report -> 'behaviours') AS behaviour)::text AS by_end
FROM scheduled_check AS c JOIN day AS d ON d.rep_id = c.person_id AND d.day = c.day
WHERE c.person_id = $1 AND c.moment = 'midday' AND c.day < $2 AND c.counts IS NOT NULL
  AND d.report ->> 'state' = 'closed' AND d.report ->> 'presence' = 'working' AND d.report ->> 'score' IS NOT NULL
  AND (d.report ->> 'playbook_version')::integer = ANY($3::integer[])
ORDER BY c.day DESC LIMIT $4;

-- name: find_team_baseline
-- As computed for the first of the team who was evaluated on the day.
SELECT baseline FROM team_baseline WHERE team_id = $1 AND day = $2 AND version = $3;

-- name: add_team_baseline
-- Another replica may have been first.
INSERT INTO team_baseline (team_id, day, version, baseline) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: delete_team_baselines
-- Those of days that are over in every zone.
DELETE FROM team_baseline WHERE team_id = $1 AND day < $2;

-- name: find_strictness
-- The rep's own strictness for a rule, or the team's as long as the rep's is not known; nothing before the first calibration.
SELECT coalesce(
    (SELECT strictness FROM rep_calibration WHERE rep_id = $2 AND team_id = $1),
    (SELECT strictness FROM team_calibration WHERE team_id = $1 AND rule = $3)
);

-- name: find_last_nudge_day
-- On which of their days a person was last sent a nudge of a rule, or would have been without the holdout.
SELECT max(day) FROM nudge WHERE person_id = $1 AND rule = $2 AND status IN ('sent', 'bundled', 'withheld');
