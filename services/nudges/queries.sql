-- name: lock_person
-- One decision about a person at a time, so that two replicas cannot both spend the day's budget; and none while anybody is
-- being forgotten.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.forgotten')),
       pg_advisory_xact_lock(hashtext('nudges.person'), hashtext($1));

-- name: lock_forgotten
-- Waits for every decision under way, and keeps new ones out.
SELECT pg_advisory_xact_lock(hashtext('nudges.forgotten'));

-- name: list_forgotten
SELECT digest FROM forgotten WHERE digest = ANY($1::bytea[]);

-- name: find_forgotten
-- Whether anybody is.
SELECT EXISTS (SELECT FROM forgotten);

-- name: add_forgotten
INSERT INTO forgotten (digest, forgotten_at) SELECT digest, $2 FROM unnest($1::bytea[]) AS digest ON CONFLICT DO NOTHING;

-- name: delete_events_of
-- Waits for a relay that is publishing one of them. The subject is the person's id.
DELETE FROM outbox WHERE subject = $1 OR body::jsonb -> 'about' @> jsonb_build_array(jsonb_build_object('id', $1::text));

-- name: delete_deliveries_of
DELETE FROM delivery AS d USING nudge AS n
WHERE n.id = d.nudge_id
  AND (n.person_id = $1 OR n.event -> 'about' @> jsonb_build_array(jsonb_build_object('id', $1::text)));

-- name: delete_nudges_of
-- To them, and to managers about them.
DELETE FROM nudge WHERE person_id = $1 OR event -> 'about' @> jsonb_build_array(jsonb_build_object('id', $1::text));

-- name: delete_looks_of
DELETE FROM look WHERE rep_id = $1;

-- name: delete_led_of
DELETE FROM led WHERE rep_id = $1 OR manager_id = $1;

-- name: delete_days_of
DELETE FROM day WHERE rep_id = $1;

-- name: delete_announcements_of
DELETE FROM announcement WHERE rep_id = $1;

-- name: update_nudges_led_by
UPDATE nudge SET manager_ids = array_remove(manager_ids, $1) WHERE manager_ids @> ARRAY[$1::text];

-- name: update_days_led_by
-- Other people's days stay, without this manager of theirs.
UPDATE day SET report = jsonb_set(report, '{managers}', coalesce(
    (SELECT jsonb_agg(one) FROM jsonb_array_elements(report -> 'managers') AS one WHERE one ->> 'id' <> $1), '[]'
))
WHERE report -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text));

-- name: update_announcements_led_by
UPDATE announcement SET body = jsonb_set(body, '{managers}', coalesce(
    (SELECT jsonb_agg(one) FROM jsonb_array_elements(body -> 'managers') AS one WHERE one ->> 'id' <> $1), '[]'
))
WHERE body -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text));

-- name: merge_day
-- Keeps the newest report whatever the order of arrival; returns nothing when this one is not newer. What was heard was heard.
INSERT INTO day AS d (rep_id, day, revision, report, heard_at, heard) VALUES ($1, $2, $3, $4::jsonb, $5, $6::jsonb)
ON CONFLICT (rep_id, day) DO UPDATE
SET revision = excluded.revision, report = excluded.report, heard_at = coalesce(d.heard_at, excluded.heard_at),
    heard = excluded.heard || d.heard
WHERE d.revision < excluded.revision
RETURNING d.revision;

-- name: find_day
SELECT report::text AS report FROM day WHERE rep_id = $1 AND day = $2;

-- name: list_worked_before
-- Present and with a target; as `is_worked` has it.
SELECT report::text AS report FROM day WHERE rep_id = $1 AND day < $2 AND worked_score IS NOT NULL ORDER BY day DESC LIMIT $3;

-- name: lock_team
-- Until the transaction ends, nobody else of the team finishes a day: of two who are the last at once, one sees the other's.
SELECT pg_advisory_xact_lock(hashtext('nudges.team'), hashtext($1));

-- name: list_team_done
-- Nothing while one of them has not done the plan, which is seen first and quickly, or lives where the day has yet to begin. Whose
-- day is long begun and was never opened has left.
SELECT array_agg(rep_id ORDER BY rep_id) FILTER (WHERE day = $2 AND worked_score IS NOT NULL)
FROM (
    SELECT DISTINCT ON (rep_id) rep_id, day, worked_score, report FROM day
    WHERE team_id = $1 AND day > $2::date - 7 AND day <= $2
      AND NOT EXISTS (SELECT FROM day AS d WHERE d.team_id = $1 AND d.day = $2 AND d.worked_score < $3)
    ORDER BY rep_id, day DESC
) AS newest
HAVING bool_and(day = $2 OR $2::date::timestamp AT TIME ZONE (report ->> 'timezone') <= $4);

-- name: add_looks_of_team
-- At each one's day, unless they have the word of it already. Looked at before, when somebody's day was not known, it is anew.
INSERT INTO look (rep_id, day, moment, due_at) SELECT rep_id, $2, $3, $4 FROM unnest($1::text[]) AS rep_id
WHERE NOT EXISTS (SELECT FROM nudge AS n WHERE n.person_id = rep_id AND n.day = $2 AND n.rule = ANY($5::text[]))
ON CONFLICT (rep_id, day, moment) DO UPDATE SET due_at = excluded.due_at, done = false WHERE look.done;

-- name: list_at_work
-- Whoever is in the working time of a day that asks something of them: once for all of it, and for each behaviour asked for.
SELECT rep_id, day, team_id, report -> 'team' ->> 'name' AS team_name, feed.behaviour, feed.label,
       (report ->> 'work_starts_at')::timestamptz AS starts_at,
       CASE feed.behaviour WHEN '' THEN heard_at IS NOT NULL ELSE heard ? feed.behaviour END AS is_heard
FROM day CROSS JOIN LATERAL (
    SELECT '' AS behaviour, '' AS label
    UNION ALL
    SELECT one ->> 'key', one ->> 'label' FROM jsonb_array_elements(report -> 'behaviours') AS one
    WHERE (one ->> 'target')::numeric > 0
) AS feed
WHERE report ->> 'state' = 'open' AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
  AND (report ->> 'work_starts_at')::timestamptz <= $1 AND $1 < (report ->> 'work_ends_at')::timestamptz
ORDER BY team_id, feed.behaviour, rep_id;

-- name: list_heard
-- Of each rep's newest worked days before a day of theirs, how long after the start of work something, or some behaviour, was
-- heard of. Days of which that is not known are left out.
SELECT wanted.rep_id, d.day, d.heard_after
FROM unnest($1::text[], $2::date[]) AS wanted (rep_id, day), LATERAL (
    SELECT day, CASE $4 WHEN '' THEN heard_at ELSE (heard ->> $4)::timestamptz END
                    - (report ->> 'work_starts_at')::timestamptz AS heard_after
    FROM day
    WHERE rep_id = wanted.rep_id AND day < wanted.day AND day >= wanted.day - 60
      AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
      AND (heard_at IS NOT NULL OR report ->> 'first_counted_at' IS NULL)
    ORDER BY day DESC LIMIT $3
) AS d;

-- name: list_quiet_feeds
SELECT team_id, team_name, behaviour, label, since, because FROM quiet_feed ORDER BY team_id, behaviour;

-- name: find_quiet_feed
SELECT team_name, label FROM quiet_feed WHERE team_id = $1 ORDER BY behaviour LIMIT 1;

-- name: add_quiet_feed
-- Returns a row to the replica that found it first.
INSERT INTO quiet_feed (team_id, team_name, behaviour, label, since, because) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING team_id;

-- name: delete_heard_feeds
-- Those of which something was heard since, be it of an earlier day.
DELETE FROM quiet_feed AS q
WHERE EXISTS (
    SELECT FROM day AS d
    WHERE d.team_id = q.team_id AND d.day >= q.since::date - 14
      AND CASE q.behaviour WHEN '' THEN d.heard_at ELSE (d.heard ->> q.behaviour)::timestamptz END >= q.since
)
RETURNING team_id, behaviour, since;

-- name: list_past_days
-- A rep's newest worked days before a day that these versions judged: what counted of the behaviours that had a target.
SELECT day, coalesce((report ->> 'part')::float8, 1) AS part,
       (SELECT jsonb_object_agg(one ->> 'key', (one ->> 'count')::integer)
        FROM jsonb_array_elements(report -> 'behaviours') AS one WHERE (one ->> 'target')::numeric > 0)::text AS counts
FROM day
WHERE rep_id = $1 AND day < $2 AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
  AND (report ->> 'playbook_version')::integer = ANY($3::integer[])
ORDER BY day DESC LIMIT $4;

-- name: list_team_days
-- The worked days of everybody in a team, from a day on and before another, that these versions judged.
SELECT rep_id, day, coalesce((report ->> 'part')::float8, 1) AS part,
       (SELECT coalesce(sum((one ->> 'count')::integer), 0)
        FROM jsonb_array_elements(report -> 'behaviours') AS one WHERE (one ->> 'target')::numeric > 0)::integer AS count
FROM day
WHERE team_id = $1 AND day >= $2 AND day < $3
  AND report ->> 'presence' = 'working' AND report ->> 'score' IS NOT NULL
  AND (report ->> 'playbook_version')::integer = ANY($4::integer[])
ORDER BY rep_id, day;

-- name: find_team_usual
SELECT usual FROM team_usual WHERE team_id = $1 AND day = $2 AND version = $3;

-- name: add_team_usual
INSERT INTO team_usual (team_id, day, version, usual) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: delete_team_usuals
DELETE FROM team_usual WHERE team_id = $1 AND day < $2;

-- name: list_teams
-- Those with open days, and by how many of these reps' days each version judges; `rep_id` is one of the reps.
SELECT team_id, (report ->> 'playbook_version')::integer AS version, min(rep_id) AS rep_id,
       max(day) AS day, count(*) AS reps, mode() WITHIN GROUP (ORDER BY report ->> 'timezone') AS timezone
FROM day
WHERE report ->> 'state' = 'open' AND report ->> 'playbook_version' IS NOT NULL
  AND ($1::text IS NULL OR team_id = $1)
GROUP BY 1, 2 ORDER BY team_id, reps DESC, version DESC;

-- name: merge_calibration
INSERT INTO team_calibration (team_id, strictness, alerts_before, alerts_after, judged_days, calibrated_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (team_id) DO UPDATE
SET strictness = excluded.strictness, alerts_before = excluded.alerts_before, alerts_after = excluded.alerts_after,
    judged_days = excluded.judged_days, calibrated_at = excluded.calibrated_at;

-- name: find_strictness
-- The rep's own, or, as long as that is not known, the team's.
SELECT coalesce(
    (SELECT strictness FROM rep_calibration WHERE rep_id = $2 AND team_id = $1),
    (SELECT strictness FROM team_calibration WHERE team_id = $1)
);

-- name: lock_remembered
-- Until the transaction ends, nobody is forgotten.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.forgotten'));

-- name: delete_rep_calibrations
DELETE FROM rep_calibration WHERE team_id = $1;

-- name: merge_rep_calibrations
-- Only of those who are still in the team.
INSERT INTO rep_calibration (team_id, rep_id, strictness)
SELECT $1, rep_id, strictness FROM unnest($2::text[], $3::float8[]) AS found (rep_id, strictness)
WHERE (SELECT team_id FROM day AS d WHERE d.rep_id = found.rep_id ORDER BY day DESC LIMIT 1) = $1
ORDER BY rep_id
ON CONFLICT (rep_id) DO UPDATE SET team_id = excluded.team_id, strictness = excluded.strictness;

-- name: delete_rep_calibration_of
DELETE FROM rep_calibration WHERE rep_id = $1;

-- name: list_unplanned_teams
-- Those with open days that nobody has planned to re-check.
SELECT team_id, mode() WITHIN GROUP (ORDER BY report ->> 'timezone') AS timezone
FROM day
WHERE report ->> 'state' = 'open' AND report ->> 'playbook_version' IS NOT NULL
  AND NOT EXISTS (SELECT FROM calibration_plan AS p WHERE p.team_id = day.team_id)
GROUP BY 1 ORDER BY 1;

-- name: add_calibration_plan
INSERT INTO calibration_plan (team_id, due_at) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: list_due_calibrations
SELECT team_id FROM recheck WHERE due_at <= $1 ORDER BY due_at, team_id;

-- name: find_oldest_recheck
SELECT min(due_at) FROM recheck;

-- name: claim_calibration
-- Returns a row to one replica at a time; one that another holds is passed over, and one that was done meanwhile.
SELECT team_id FROM calibration_plan WHERE team_id = $1 AND due_at <= $2 FOR UPDATE SKIP LOCKED;

-- name: mark_calibrated
UPDATE calibration_plan SET due_at = $2 WHERE team_id = $1;

-- name: find_last_spoken
-- On which of their days a rule last spoke to a person, or would have but for the lot.
SELECT max(day) FROM nudge WHERE person_id = $1 AND rule = $2 AND status IN ('sent', 'bundled', 'held_out');

-- name: add_looks
INSERT INTO look (rep_id, day, moment, due_at) SELECT $1, $2, moment, due_at FROM unnest($3::text[], $4::timestamptz[]) AS l (moment, due_at)
ON CONFLICT (rep_id, day, moment) DO UPDATE SET due_at = excluded.due_at WHERE NOT look.done AND look.due_at <> excluded.due_at;

-- name: list_due_looks
SELECT rep_id, day, moment FROM look WHERE NOT done AND due_at <= $1 AND moment <> 'team' ORDER BY due_at, rep_id, moment LIMIT $2;

-- name: list_due_team_looks
SELECT rep_id AS manager_id, day FROM look WHERE NOT done AND due_at <= $1 AND moment = 'team' ORDER BY due_at, rep_id LIMIT $2;

-- name: list_unplanned_leaders
-- Who leads somebody, may be reached, and has no look planned.
SELECT DISTINCT ON (manager_id) manager_id, timezone FROM led
WHERE newest_day >= $1 AND timezone IS NOT NULL
  AND NOT EXISTS (SELECT FROM look AS k WHERE k.rep_id = led.manager_id AND k.moment = 'team' AND NOT k.done)
ORDER BY manager_id, newest_day DESC;

-- name: merge_led
INSERT INTO led AS l (manager_id, rep_id, name, timezone, newest_day)
SELECT m.id, $1, m.name, m.timezone, $2 FROM unnest($3::text[], $4::text[], $5::text[]) AS m (id, name, timezone)
ON CONFLICT (manager_id, rep_id) DO UPDATE
SET name = excluded.name, timezone = excluded.timezone, newest_day = excluded.newest_day
WHERE l.newest_day < excluded.newest_day OR l.newest_day = excluded.newest_day AND l.timezone IS DISTINCT FROM excluded.timezone;

-- name: find_leader
SELECT name, timezone FROM led WHERE manager_id = $1 AND timezone IS NOT NULL ORDER BY newest_day DESC LIMIT 1;

-- name: list_led_days
-- The last weeks of everybody whom a manager has led lately, each rep's newest day first.
SELECT d.rep_id, d.report::text AS report FROM led AS l JOIN day AS d ON d.rep_id = l.rep_id AND d.day >= $3
WHERE l.manager_id = $1 AND l.newest_day >= $2 ORDER BY d.rep_id, d.day DESC;

-- name: list_recognised
-- The last day on which somebody noted a word to each of these reps, or was asked to have one; only since a day.
SELECT rep_id, max(day) AS day FROM (
    SELECT n.person_id AS rep_id, (a.answered_at AT TIME ZONE n.timezone)::date AS day
    FROM nudge AS n JOIN answer AS a ON a.nudge_id = n.id
    WHERE n.person_id = ANY($1::text[]) AND a.answer = 'recognised'
    UNION ALL
    SELECT split_part(n.occasion, ':', 1), greatest(n.sent_day, (a.answered_at AT TIME ZONE n.timezone)::date)
    FROM nudge AS n LEFT JOIN answer AS a ON a.nudge_id = n.id AND a.answer = 'recognised'
    WHERE n.rule = 'recognition_due' AND n.sent_day >= $2 AND split_part(n.occasion, ':', 1) = ANY($1::text[])
) AS words WHERE day >= $2 GROUP BY rep_id;

-- name: count_said
SELECT count(*) FROM nudge WHERE person_id = $1 AND rule = $2 AND sent_day >= $3;

-- name: find_last_said
-- The newest nudge of a rule to a person, and of whom it spoke.
SELECT day, (event -> 'about')::text AS about FROM nudge
WHERE person_id = $1 AND rule = $2 AND status IN ('sent', 'bundled') ORDER BY seq DESC LIMIT 1;

-- name: find_due_look
SELECT due_at FROM look WHERE rep_id = $1 AND day = $2 AND moment = $3 AND due_at <= $4 AND NOT done;

-- name: mark_look_done
-- Returns a row to exactly one replica.
UPDATE look SET done = true, counts = CASE WHEN $4::timestamptz - due_at <= interval '15 minutes' THEN $5::jsonb END
WHERE rep_id = $1 AND day = $2 AND moment = $3 AND NOT done RETURNING rep_id;

-- name: list_middays
-- Of a rep's newest worked days before a day that these versions judged and that are over: what had counted by the look at the
-- middle of the day, and by the end.
SELECT l.day, l.counts::text AS by_then,
       (SELECT jsonb_object_agg(one ->> 'key', (one ->> 'count')::integer)
        FROM jsonb_array_elements(d.report -> 'behaviours') AS one)::text AS in_all
FROM look AS l JOIN day AS d USING (rep_id, day)
WHERE l.rep_id = $1 AND l.moment = 'midday' AND l.day < $2 AND l.counts IS NOT NULL
  AND d.report ->> 'state' = 'closed' AND d.report ->> 'presence' = 'working' AND d.report ->> 'score' IS NOT NULL
  AND (d.report ->> 'playbook_version')::integer = ANY($3::integer[])
ORDER BY l.day DESC LIMIT $4;

-- name: list_ladders
-- Of some goals, the periods lately.
SELECT goal, period_start, reached, size, reached_on, lowered_from FROM ladder WHERE rep_id = $1
ORDER BY period_start DESC, goal LIMIT 50;

-- name: merge_ladder
INSERT INTO ladder (rep_id, goal, period_start, reached, size, reached_on, lowered_from) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (rep_id, goal, period_start) DO UPDATE SET reached = excluded.reached, size = excluded.size,
    reached_on = excluded.reached_on, lowered_from = excluded.lowered_from;

-- name: delete_ladders_of
DELETE FROM ladder WHERE rep_id = $1;

-- name: list_rules_about
-- What was refused has led to nothing.
SELECT rule FROM nudge WHERE person_id = $1 AND day = $2 AND rule = ANY($3::text[]) AND status <> 'dropped';

-- name: list_said
-- What a person has heard since a day of theirs, over all rules and channels; or would have heard, but for the lot: after both
-- the same may follow.
SELECT rule, kind, sent_day, send_at, wording, status FROM nudge
WHERE person_id = $1 AND sent_day >= $2 AND status IN ('sent', 'bundled', 'held_out') ORDER BY send_at DESC, seq DESC;

-- name: list_sent_about
-- What was said by some rules about a person's days from one to another, both included.
SELECT id, rule, kind, day, send_at, revised_at FROM nudge
WHERE person_id = $1 AND sent_day >= $2 AND day BETWEEN $2 AND $3 AND rule = ANY($4::text[]) AND status IN ('sent', 'bundled')
ORDER BY seq;

-- name: find_sent
SELECT id, rule, kind, day, send_at, revised_at FROM nudge WHERE id = $1 AND status IN ('sent', 'bundled');

-- name: mark_revised
-- Or, without a time, as holding again.
UPDATE nudge SET revised_at = $2, revised_because = $3 WHERE id = $1;

-- name: add_nudge
-- The same reason never makes two: the second finds the row and adds nothing.
INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text, reason,
                   status, because, decided_at, send_at, sent_day, event, traceparent, wording, chance)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::jsonb, $19, $20, $21)
ON CONFLICT (rule, person_id, occasion) DO NOTHING
RETURNING id;

-- name: list_people_with_held
SELECT person_id FROM nudge WHERE status = 'held' AND send_at <= $1 GROUP BY person_id ORDER BY min(send_at), min(seq) LIMIT $2;

-- name: claim_held
-- Under the person's lock; without what another replica has settled meanwhile.
SELECT id, rule, kind, person_id, day, timezone, because, send_at, event::text AS event, traceparent
FROM nudge WHERE person_id = $1 AND status = 'held' AND send_at <= $2 ORDER BY seq FOR UPDATE;

-- name: settle_nudge
-- What is said is written anew: a message held overnight speaks of yesterday.
UPDATE nudge SET status = $2, because = $3, send_at = $4, sent_day = $5, text = $6, reason = $7, event = $8::jsonb,
    wording = $9, said_with = $10, chance = $11
WHERE id = $1;

-- name: find_pause
SELECT paused_at FROM rule_pause WHERE rule = $1 AND paused_at IS NOT NULL;

-- name: list_pauses
SELECT rule, paused_at, resumed_at FROM rule_pause ORDER BY rule;

-- name: mark_paused
-- Returns nothing when it is paused already.
INSERT INTO rule_pause AS p (rule, paused_at) VALUES ($1, $2)
ON CONFLICT (rule) DO UPDATE SET paused_at = excluded.paused_at WHERE p.paused_at IS NULL
RETURNING rule;

-- name: mark_resumed
UPDATE rule_pause SET paused_at = NULL, resumed_at = $2 WHERE rule = $1 AND paused_at IS NOT NULL RETURNING rule;

-- name: list_draws
-- Every lot that was drawn for a rule (since it was resumed), with the score of the person's next worked day, once that is closed,
-- and the mean of up to ten before.
SELECT n.person_id, n.status <> 'held_out' AS is_sent, n.chance,
       before.score::double precision AS score_before, after.score::double precision AS score_after
FROM nudge AS n
CROSS JOIN LATERAL (
    SELECT d.worked_score AS score, d.is_closed FROM day AS d
    WHERE d.rep_id = n.person_id AND d.day > n.sent_day AND d.worked_score IS NOT NULL ORDER BY d.day LIMIT 1
) AS after
CROSS JOIN LATERAL (
    SELECT avg(last.worked_score) AS score FROM (
        SELECT d.worked_score FROM day AS d
        WHERE d.rep_id = n.person_id AND d.day < n.sent_day AND d.worked_score IS NOT NULL ORDER BY d.day DESC LIMIT 10
    ) AS last
) AS before
LEFT JOIN rule_pause AS p ON p.rule = n.rule
WHERE n.rule = $1 AND n.chance < 1 AND n.status IN ('sent', 'bundled', 'held_out') AND after.is_closed
  AND (p.resumed_at IS NULL OR n.send_at >= p.resumed_at)
ORDER BY n.seq;

-- name: claim_effects_look
-- One look a day over all replicas; one that another takes just now is passed over.
SELECT looked_on FROM effects_look WHERE looked_on < $1 FOR UPDATE SKIP LOCKED;

-- name: mark_effects_looked
UPDATE effects_look SET looked_on = $1;

-- name: add_deliveries
-- For the channels that are given nudges of this team and kind.
INSERT INTO delivery (nudge_id, channel, state, due_at, queued_at)
SELECT n.id, wanted, 'queued', $3, $3
FROM nudge AS n CROSS JOIN unnest($2::text[]) AS wanted LEFT JOIN channel AS c ON c.name = wanted
WHERE n.id = $1
  AND (c.name IS NULL OR (c.teams = '{}' OR n.team_id = ANY(c.teams)) AND (c.kinds = '{}' OR n.kind = ANY(c.kinds)))
ON CONFLICT DO NOTHING;

-- name: merge_channel
-- At the start. A channel that leads elsewhere than before begins anew.
INSERT INTO channel AS c (name, destination) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE
SET destination = excluded.destination, failures = 0, failing_since = NULL, paused_until = NULL, asked_until = NULL,
    disabled_at = NULL, last_error = ''
WHERE c.destination <> excluded.destination;

-- name: mark_audience
UPDATE channel SET teams = $2, kinds = $3 WHERE name = $1;

-- name: claim_channel
-- The replicas look at a channel one after the other, so that one that fails is tried with one delivery and not with many.
SELECT failures, greatest(paused_until, asked_until) AS paused_until, disabled_at, last_error FROM channel WHERE name = $1 FOR UPDATE;

-- name: claim_due_deliveries
-- Also those whose sender has been silent for longer than its lease: it died between sending and recording.
UPDATE delivery AS d
SET state = 'sending', attempts = d.attempts + 1, lease_until = clock_timestamp() + make_interval(secs => $4)
FROM (
    SELECT nudge_id, channel FROM delivery
    WHERE channel = $1 AND state IN ('queued', 'sending') AND due_at <= $2
      AND (state = 'queued' OR lease_until < clock_timestamp())
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
) AS due, nudge AS n
WHERE d.nudge_id = due.nudge_id AND d.channel = due.channel AND n.id = d.nudge_id
RETURNING d.nudge_id, d.channel, d.attempts, n.event::text AS event, n.traceparent;

-- name: mark_delivered
-- Whoever got a yes may say so, also when another has taken over meanwhile.
UPDATE delivery SET state = 'delivered', delivered_at = $3, lease_until = NULL, last_error = ''
WHERE nudge_id = $1 AND channel = $2 AND state <> 'delivered' RETURNING attempts;

-- name: mark_retry
-- Only of the attempt that is under way: a sender that comes late is not to disturb the one that took over.
UPDATE delivery SET state = 'queued', due_at = $4, last_error = $5, lease_until = NULL
WHERE nudge_id = $1 AND channel = $2 AND attempts = $3 AND state = 'sending' RETURNING attempts;

-- name: mark_failed
UPDATE delivery SET state = 'failed', last_error = $4, lease_until = NULL
WHERE nudge_id = $1 AND channel = $2 AND attempts = $3 AND state = 'sending' RETURNING attempts;

-- name: mark_overdue_failed
-- What has waited for longer than the channel is patient, or all of it: $2 is the newest to give up.
UPDATE delivery AS d SET state = 'failed', last_error = $3 || CASE WHEN d.last_error = '' THEN '' ELSE '; last: ' || d.last_error END
FROM (
    SELECT nudge_id, channel FROM delivery WHERE channel = $1 AND state = 'queued' AND queued_at <= $2
    ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED
) AS overdue
WHERE d.nudge_id = overdue.nudge_id AND d.channel = overdue.channel;

-- name: mark_orphans_failed
-- Of channels that no process has any more. A replica that is not yet restarted may still have one: hence the delay.
UPDATE delivery SET state = 'failed', last_error = 'this channel is no longer configured'
WHERE state = 'queued' AND NOT channel = ANY($1::text[]) AND queued_at <= $2;

-- name: mark_channel_delivering
-- What a receiver asked for still holds, and one that is gone stays gone.
UPDATE channel SET failures = 0, failing_since = NULL, paused_until = NULL, last_error = ''
WHERE name = $1 AND failures > 0 AND disabled_at IS NULL;

-- name: mark_channel_failing
UPDATE channel SET failures = failures + 1, failing_since = coalesce(failing_since, $2),
    last_error = CASE WHEN disabled_at IS NULL THEN $3 ELSE last_error END
WHERE name = $1 RETURNING failures;

-- name: mark_channel_paused
-- Never shortens a pause; either may be none.
UPDATE channel SET paused_until = greatest(paused_until, $2::timestamptz), asked_until = greatest(asked_until, $3::timestamptz)
WHERE name = $1;

-- name: mark_channel_disabled
UPDATE channel SET disabled_at = $2, failing_since = coalesce(failing_since, $2), last_error = $3
WHERE name = $1 AND disabled_at IS NULL RETURNING name;

-- name: mark_channel_enabled
UPDATE channel SET failures = 0, failing_since = NULL, paused_until = NULL, asked_until = NULL,
    disabled_at = NULL, last_error = ''
WHERE name = $1 RETURNING name;

-- name: list_channels
SELECT c.name, c.failures, c.failing_since, greatest(c.paused_until, c.asked_until) AS paused_until, c.disabled_at, c.last_error,
       (SELECT count(*) FROM delivery AS d WHERE d.channel = c.name AND d.state IN ('queued', 'sending')) AS waiting,
       (SELECT min(d.queued_at) FROM delivery AS d WHERE d.channel = c.name AND d.state IN ('queued', 'sending')) AS waiting_since,
       (SELECT count(*) FROM delivery AS d WHERE d.channel = c.name AND d.state = 'failed' AND d.queued_at > $1) AS given_up
FROM channel AS c WHERE c.name = ANY($2::text[]) ORDER BY c.name;

-- name: find_work_due
-- Whether anything is to be done by now: a look at a day or at the effects, a re-check, a held nudge, a delivery, or a row to publish.
SELECT EXISTS (SELECT FROM look WHERE NOT done AND due_at <= $1)
    OR EXISTS (SELECT FROM effects_look WHERE looked_on < ($1 AT TIME ZONE 'UTC')::date)
    OR EXISTS (SELECT FROM recheck WHERE due_at <= $1)
    OR EXISTS (
        SELECT FROM led WHERE timezone IS NOT NULL AND newest_day >= ($1 AT TIME ZONE 'UTC')::date - 7
          AND NOT EXISTS (SELECT FROM look AS k WHERE k.rep_id = led.manager_id AND k.moment = 'team' AND NOT k.done)
    )
    OR EXISTS (SELECT FROM nudge WHERE status = 'held' AND send_at <= $1)
    OR EXISTS (SELECT FROM delivery WHERE state = 'sending')
    OR EXISTS (
        SELECT FROM delivery AS d JOIN channel AS c ON c.name = d.channel
        WHERE d.state = 'queued' AND d.due_at <= $1 AND c.name = ANY($2::text[]) 
          AND coalesce(greatest(c.paused_until, c.asked_until) <= $1, true)
    )
    OR EXISTS (SELECT FROM outbox) AS is_due;

-- name: list_nudges
-- One page, in the order in which they were decided.
SELECT n.seq, n.id, n.rule, n.kind, n.person_id, n.person_name, n.team_id, n.occasion, n.day, n.timezone, n.text, n.reason,
       n.status, n.because, n.chance, n.decided_at, n.send_at, n.revised_because,
       ARRAY(SELECT d.channel FROM delivery AS d WHERE d.nudge_id = n.id AND d.state = 'delivered' ORDER BY d.channel)
           AS delivered,
       ARRAY(
           SELECT json_build_object('channel', d.channel, 'state', d.state, 'attempts', d.attempts, 'due_at', d.due_at,
                                    'delivered_at', d.delivered_at, 'last_error', d.last_error)::text
           FROM delivery AS d WHERE d.nudge_id = n.id ORDER BY d.channel
       ) AS deliveries
FROM nudge AS n
WHERE n.seq > $1 AND ($2::text IS NULL OR n.person_id = $2) ORDER BY n.seq LIMIT $3;

-- name: list_inbox
-- A manager's newest nudges: only of reps that were theirs when it was decided, and none that was dropped.
SELECT n.id, n.rule, n.kind, n.person_id, n.person_name, n.team_id, n.occasion, n.day, n.timezone, n.text, n.reason,
       n.status, n.because, n.chance, n.decided_at, n.send_at, n.revised_because,
       parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       EXISTS (SELECT FROM announcement AS a WHERE a.nudge_id = n.id AND a.acknowledged_at IS NOT NULL) AS acknowledged,
       ARRAY(SELECT d.channel FROM delivery AS d WHERE d.nudge_id = n.id AND d.state = 'delivered' ORDER BY d.channel)
           AS delivered
FROM nudge AS n
WHERE n.manager_ids @> ARRAY[$1::text] AND n.status IN ('sent', 'held')
ORDER BY n.send_at DESC, n.seq DESC LIMIT $2;

-- name: list_heard_of_person
-- What a rep has heard since a day of theirs, newest first. What was said in the message of another stands there.
SELECT n.id, n.rule, n.kind, n.person_id, n.person_name, n.team_id, n.occasion, n.day, n.timezone, n.text, n.reason,
       n.status, n.because, n.chance, n.decided_at, n.send_at, n.revised_because,
       parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       '{}'::text[] AS delivered
FROM nudge AS n
WHERE n.person_id = $1 AND n.sent_day >= $2 AND n.status = 'sent' AND n.kind <> 'announcement'
ORDER BY n.send_at DESC, n.seq DESC;

-- name: find_shown
-- One that was said to a person, or to a rep of theirs; of what was said in the message of another, that message.
SELECT n.id, n.rule, n.kind, n.person_id, n.person_name, n.team_id, n.occasion, n.day, n.timezone, n.text, n.reason,
       n.status, n.because, n.chance, n.decided_at, n.send_at, n.revised_because,
       parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       '{}'::text[] AS delivered
FROM nudge AS n
WHERE n.id = (SELECT coalesce(said_with, id) FROM nudge WHERE id = $1) AND n.status IN ('sent', 'bundled')
  AND (n.person_id = $2 OR n.manager_ids @> ARRAY[$2::text]);

-- name: claim_answered
-- Locked against being forgotten meanwhile.
SELECT rule, kind, person_id FROM nudge
WHERE id = $1 AND status IN ('sent', 'bundled') AND (person_id = $2 OR manager_ids @> ARRAY[$2::text]) FOR KEY SHARE;

-- name: merge_answer
-- Returns nothing when it was said before. The first answer stays beside the last.
INSERT INTO answer AS a (nudge_id, person_id, answer, reason, answered_at, first_answer, first_at)
VALUES ($1, $2, $3, $4, $5, $3, $5)
ON CONFLICT (nudge_id, person_id) DO UPDATE
SET answer = excluded.answer, reason = excluded.reason, answered_at = excluded.answered_at
WHERE (a.answer, a.reason) <> (excluded.answer, excluded.reason)
RETURNING answer;

-- name: list_objections
-- What was called not useful by whom it was said to, or wrong by anybody, since a time; the newest first.
SELECT n.rule, a.answer, a.answered_at FROM nudge AS n JOIN answer AS a ON a.nudge_id = n.id
WHERE n.person_id = $1 AND n.sent_day IS NOT NULL AND a.answered_at >= $2
  AND (a.answer = 'wrong' OR a.answer = 'not_useful' AND a.person_id = n.person_id)
ORDER BY a.answered_at DESC;

-- name: delete_answers_by
DELETE FROM answer WHERE person_id = $1;

-- name: merge_contest
-- Returns nothing when the same was said before. Said anew after it was settled, it is open again.
INSERT INTO contest AS c (id, rep_id, day, source, account, activity_id, reason, recorded, contested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
ON CONFLICT (id) DO UPDATE
SET day = excluded.day, reason = excluded.reason, recorded = excluded.recorded, contested_at = excluded.contested_at,
    settled = '', manager_id = '', settled_at = NULL
WHERE c.settled <> '' OR (c.reason, c.day) <> (excluded.reason, excluded.day)
RETURNING id;

-- name: delete_contest
-- What a manager has settled stays.
DELETE FROM contest WHERE id = $1 AND rep_id = $2 AND settled = '';

-- name: settle_contest
-- By whoever leads the rep by the newest report.
UPDATE contest AS c SET settled = $3, manager_id = $2, settled_at = $4
WHERE c.id = $1 AND c.settled <> $3
  AND (SELECT d.report -> 'managers' FROM day AS d WHERE d.rep_id = c.rep_id ORDER BY d.day DESC LIMIT 1)
      @> jsonb_build_array(jsonb_build_object('id', $2::text))
RETURNING c.id;

-- name: list_contests_of_day
SELECT c.id, c.rep_id, c.day, c.source, c.account, c.activity_id, c.reason, c.recorded::text AS recorded, c.contested_at,
       c.settled, c.manager_id, newest.report -> 'rep' ->> 'name' AS rep_name, newest.report ->> 'timezone' AS timezone,
       (SELECT one ->> 'name' FROM jsonb_array_elements(newest.report -> 'managers') AS one WHERE one ->> 'id' = c.manager_id)
           AS manager_name
FROM contest AS c CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = c.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE c.rep_id = $1 AND c.day = $2
ORDER BY c.contested_at, c.id;

-- name: list_contests_for_manager
-- Of the reps whom they lead by the newest reports: what is open, and what was settled since a time.
SELECT c.id, c.rep_id, c.day, c.source, c.account, c.activity_id, c.reason, c.recorded::text AS recorded, c.contested_at,
       c.settled, c.manager_id, newest.report -> 'rep' ->> 'name' AS rep_name, newest.report ->> 'timezone' AS timezone,
       (SELECT one ->> 'name' FROM jsonb_array_elements(newest.report -> 'managers') AS one WHERE one ->> 'id' = c.manager_id)
           AS manager_name
FROM contest AS c CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = c.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE coalesce(c.settled_at, 'infinity'::timestamptz) >= $2
  AND newest.report -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text))
ORDER BY c.settled <> '', c.contested_at DESC, c.id LIMIT $3;

-- name: update_contests_settled_by
UPDATE contest SET manager_id = '' WHERE manager_id = $1;

-- name: list_days_of
-- From a day on, the newest first.
SELECT day, (report ->> 'score')::numeric AS score, report ->> 'state' AS state,
       (SELECT count(*) FROM contest AS c WHERE c.rep_id = d.rep_id AND c.day = d.day) AS contested
FROM day AS d WHERE rep_id = $1 AND day >= $2 ORDER BY day DESC;

-- name: find_manager_name
SELECT manager ->> 'name' AS name
FROM (SELECT report FROM day ORDER BY day DESC LIMIT 2000) AS d, jsonb_array_elements(d.report -> 'managers') AS manager
WHERE manager ->> 'id' = $1 LIMIT 1;

-- name: merge_announcement
-- Keeps the newest whatever the order of arrival; returns nothing when this one is not newer. Who was told stays told.
INSERT INTO announcement AS a (rep_id, version, times, body, nudge_id) VALUES ($1, $2, $3, $4::jsonb, $5)
ON CONFLICT (rep_id, version) DO UPDATE
SET times = excluded.times, body = excluded.body, nudge_id = excluded.nudge_id, withdrawn_at = NULL
WHERE a.times < excluded.times
RETURNING version;

-- name: withdraw_announcement
-- Unless it was announced anew since.
UPDATE announcement SET withdrawn_at = $4 WHERE rep_id = $1 AND version = $2 AND times <= $3 AND withdrawn_at IS NULL
RETURNING version;

-- name: list_announcements
-- What was withdrawn is not among them.
SELECT body::text AS body, nudge_id, told_at, acknowledged_at FROM announcement
WHERE rep_id = $1 AND withdrawn_at IS NULL ORDER BY version;

-- name: find_newest_day
SELECT report::text AS report FROM day WHERE rep_id = $1 ORDER BY day DESC LIMIT 1;

-- name: find_told_at
SELECT told_at FROM announcement WHERE rep_id = $1 AND version = $2;

-- name: list_told
SELECT rep_id, version, told_at FROM announcement WHERE rep_id = ANY($1::text[]) AND told_at IS NOT NULL;

-- name: mark_told
-- The first channel that took the message counts.
UPDATE announcement SET told_at = $2 WHERE nudge_id = $1 AND told_at IS NULL RETURNING rep_id, version, told_at;

-- name: mark_acknowledged
-- Who has read it was told of it. Returns nothing when it was acknowledged before.
UPDATE announcement SET acknowledged_at = $3, told_at = coalesce(told_at, $3)
WHERE rep_id = $1 AND version = $2 AND acknowledged_at IS NULL RETURNING rep_id, version, told_at, acknowledged_at;

-- name: enqueue_event
INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: claim_outbox
-- A row that another relay holds is passed over.
SELECT id, event_id, event_type, subject, body, traceparent, at
FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: delete_outbox
DELETE FROM outbox WHERE id = ANY($1::bigint[]);

-- name: count_outbox
SELECT count(*) FROM outbox;
