-- name: list_rule_counts
-- By rule, how often something was sent to reps, withheld, and answered by its recipient; and since when, and with how many people on
-- either side, the rule has been measured since it was last resumed.
SELECT n.rule, count(*) FILTER (WHERE n.status <> 'withheld') AS sent, count(*) FILTER (WHERE n.status = 'withheld') AS withheld,
       count(*) FILTER (WHERE EXISTS (SELECT FROM answer AS a WHERE a.nudge_id = n.id AND a.person_id = n.person_id)) AS answered,
       count(DISTINCT n.person_id) FILTER (WHERE n.propensity < 1 AND n.status <> 'withheld') AS people_sent,
       count(DISTINCT n.person_id) FILTER (WHERE n.status = 'withheld') AS people_withheld,
       min(n.send_at) FILTER (WHERE n.propensity < 1) AS measured_since
FROM nudge AS n LEFT JOIN rule_pause AS p ON p.rule = n.rule
WHERE n.kind IN ('celebration', 'coaching') AND n.status IN ('sent', 'bundled', 'withheld')
  AND (p.resumed_at IS NULL OR n.send_at >= p.resumed_at)
GROUP BY n.rule;
