-- name: list_assignments
-- Every assignment of a rule since it was last resumed: with the score of the person's next worked day once that day is closed, and
-- the mean score of up to ten worked days before. Only of people whom messages reach, in both arms alike: the message of the nudge
-- must have reached them, or, if it was withheld, the message to them that is nearest in time. It has if a channel of their own took
-- it, or if they opened or answered it.
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
CROSS JOIN LATERAL (
    (SELECT m.id, m.opened_at IS NOT NULL AS is_opened FROM nudge AS m
     WHERE n.status <> 'withheld' AND m.id = coalesce(n.bundled_with, n.id))
    UNION ALL
    (SELECT m.id, m.opened_at IS NOT NULL FROM nudge AS m WHERE n.status = 'withheld' AND m.person_id = n.person_id AND m.status = 'sent'
     ORDER BY abs(extract(epoch FROM m.send_at - n.send_at)) LIMIT 1)
) AS message
LEFT JOIN rule_pause AS p ON p.rule = n.rule
WHERE n.rule = $1 AND n.propensity < 1 AND n.status IN ('sent', 'bundled', 'withheld') AND after.is_closed
  AND (p.resumed_at IS NULL OR n.send_at >= p.resumed_at)
  AND (message.is_opened OR EXISTS (
      SELECT FROM delivery AS d JOIN channel AS c ON c.name = d.channel
      WHERE d.nudge_id = message.id AND d.state = 'delivered' AND c.reaches_recipient
  ) OR EXISTS (
      SELECT FROM nudge AS part JOIN answer AS a ON a.nudge_id = part.id
      WHERE (part.id = message.id OR part.bundled_with = message.id) AND a.person_id = n.person_id
  ))
ORDER BY n.seq;
