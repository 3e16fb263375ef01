-- name: list_assignments
-- Every assignment of a rule since it was last resumed: with the score of the person's next worked day once that day is closed, and
-- the mean score of up to ten worked days before.
SELECT n.person_id, n.status <> 'withheld' AS is_sent, n.propensity,
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
WHERE n.rule = $1 AND n.propensity < 1 AND n.status IN ('sent', 'bundled', 'withheld') AND after.is_closed
  AND (p.resumed_at IS NULL OR n.send_at >= p.resumed_at)
ORDER BY n.seq;
