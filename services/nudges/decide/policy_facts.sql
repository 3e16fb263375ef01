-- name: list_recent_nudges
-- What a person received since a day of theirs, over all rules and channels, or would have received without the holdout: after
-- both, the same may follow.
SELECT rule, kind, sent_day, send_at, wording, status FROM nudge
WHERE person_id = $1 AND sent_day >= $2 AND status IN ('sent', 'bundled', 'withheld') ORDER BY send_at DESC, seq DESC;

-- name: list_objections
-- What the receiver called not useful, or anybody called wrong, since a time; newest first.
SELECT n.rule, a.answer, a.answered_at FROM nudge AS n JOIN answer AS a ON a.nudge_id = n.id
WHERE n.person_id = $1 AND n.sent_day IS NOT NULL AND a.answered_at >= $2
  AND (a.answer = 'wrong' OR a.answer = 'not_useful' AND a.person_id = n.person_id)
ORDER BY a.answered_at DESC;

-- name: find_pause
-- Since when a rule is paused, if it is.
SELECT paused_at FROM rule_pause WHERE rule = $1 AND paused_at IS NOT NULL;
