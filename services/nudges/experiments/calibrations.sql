-- name: list_teams
-- The teams with open days, and how many of their reps' days each version judges, the most frequent version first. `rep_id` is
-- one of these reps.
SELECT team_id, (report ->> 'playbook_version')::integer AS version, min(rep_id) AS rep_id,
       max(day) AS day, count(*) AS reps, mode() WITHIN GROUP (ORDER BY report ->> 'timezone') AS timezone
FROM day
WHERE report ->> 'state' = 'open' AND report ->> 'playbook_version' IS NOT NULL
  AND ($1::text IS NULL OR team_id = $1)
GROUP BY 1, 2 ORDER BY team_id, reps DESC, version DESC;

-- name: list_unplanned_teams
-- The teams with open days for which no calibration is planned.
SELECT team_id, mode() WITHIN GROUP (ORDER BY report ->> 'timezone') AS timezone
FROM day
WHERE report ->> 'state' = 'open' AND report ->> 'playbook_version' IS NOT NULL
  AND NOT EXISTS (SELECT FROM calibration_plan AS p WHERE p.team_id = day.team_id)
GROUP BY 1 ORDER BY 1;

-- name: add_calibration_plan
-- Another replica may have planned it meanwhile.
INSERT INTO calibration_plan (team_id, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: list_due_calibrations
-- The teams whose calibration is due, the longest overdue first.
SELECT team_id FROM calibration_due WHERE due_at <= $1 ORDER BY due_at, team_id;

-- name: find_next_calibration
-- When the earliest calibration of all teams is due; in the past while one is overdue.
SELECT min(due_at) FROM calibration_due;

-- name: claim_calibration
-- Returns a row to one replica at a time: a calibration that another one holds, or has made meanwhile, is passed over.
SELECT team_id FROM calibration_plan WHERE team_id = $1 AND due_at <= $2 FOR UPDATE SKIP LOCKED;

-- name: allow_long_calculation
-- Until the transaction ends it may be idle for as long as the calculation takes.
SELECT set_config('idle_in_transaction_session_timeout', '0', true);

-- name: mark_calibrated
-- Plans the next one.
UPDATE calibration_plan SET due_at = $2 WHERE team_id = $1;

-- name: find_team_strictness
-- The strictness of a rule by the last calibration; nothing before the first.
SELECT strictness FROM team_calibration WHERE team_id = $1 AND rule = $2;

-- name: merge_team_calibration
-- The newest calibration replaces the last one.
INSERT INTO team_calibration (team_id, rule, strictness, alerts_before, alerts_after, judged_days, calibrated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (team_id, rule) DO UPDATE
SET strictness = excluded.strictness, alerts_before = excluded.alerts_before, alerts_after = excluded.alerts_after,
    judged_days = excluded.judged_days, calibrated_at = excluded.calibrated_at;

-- name: delete_rep_calibrations
-- A rep who is not part of the new calibration falls back to the team's strictness.
DELETE FROM rep_calibration WHERE team_id = $1;

-- name: merge_rep_calibrations
-- Only for reps who are still in the team by their newest day: others may have moved, or been erased, while it was calculated.
-- In the order of their ids, as every replica locks them.
INSERT INTO rep_calibration (team_id, rep_id, strictness)
SELECT $1, new.rep_id, new.strictness FROM unnest($2::text[], $3::float8[]) AS new (rep_id, strictness)
WHERE (SELECT team_id FROM day AS d WHERE d.rep_id = new.rep_id ORDER BY day DESC LIMIT 1) = $1
ORDER BY new.rep_id
ON CONFLICT (rep_id) DO UPDATE SET team_id = excluded.team_id, strictness = excluded.strictness;
