-- name: list_recent_nudges
-- What a person received since a day of theirs, over all rules and channels, or would have received without the holdout: after
-- both, the same may follow.
SELECT rule, kind, day, sent_day, send_at, wording, status FROM nudge
WHERE person_id = $1 AND sent_day >= $2 AND status IN ('sent', 'bundled', 'withheld') ORDER BY send_at DESC, seq DESC;

-- name: list_objections
-- What the receiver called not useful, or anybody called wrong, since a time; newest first.
SELECT n.rule, a.answer, a.answered_at FROM nudge AS n JOIN answer AS a ON a.nudge_id = n.id
WHERE n.person_id = $1 AND n.sent_day IS NOT NULL AND a.answered_at >= $2
  AND (a.answer = 'wrong' OR a.answer = 'not_useful' AND a.person_id = n.person_id)
ORDER BY a.answered_at DESC;

-- name: find_rep_facts
-- Everything about a rep that policy looks at beside what they received and said, in one row: the report of their current day, when
-- a version was announced to them, the silent feed of their team (the whole team's if it is silent altogether, or else the first of
-- its behaviours), and whether a rule is paused.
SELECT (SELECT report::text FROM day WHERE rep_id = $1 AND day = $2) AS today,
       (SELECT delivered_at FROM announcement WHERE rep_id = $1 AND version = $3) AS delivered_at,
       feed.team_name AS silent_team, feed.label AS silent_behaviour,
       EXISTS (SELECT FROM rule_pause WHERE rule = $5 AND paused_at IS NOT NULL) AS is_paused
FROM (VALUES (true)) AS always LEFT JOIN LATERAL (
    SELECT team_name, label FROM silent_feed WHERE team_id = $4 ORDER BY behaviour LIMIT 1
) AS feed ON true;
