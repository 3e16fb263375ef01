-- name: list_nudges
-- One page of everybody's nudges, or of one person's, in the order of decision, each with its deliveries.
SELECT n.seq, n.id, n.rule, n.kind, n.person_id, n.person_name, n.team_id, n.occasion, n.day, n.text, n.reason,
       n.status, n.because, n.propensity, n.decided_at, n.send_at, n.retracted_because,
       ARRAY(SELECT d.channel FROM delivery AS d WHERE d.nudge_id = n.id AND d.state = 'delivered' ORDER BY d.channel)
           AS delivered,
       ARRAY(
           SELECT json_build_object('channel', d.channel, 'state', d.state, 'attempts', d.attempts, 'due_at', d.due_at,
                                    'delivered_at', d.delivered_at, 'last_error', d.last_error)::text
           FROM delivery AS d WHERE d.nudge_id = n.id ORDER BY d.channel
       ) AS deliveries
FROM nudge AS n
WHERE n.seq > $1 AND ($2::text IS NULL OR n.person_id = $2) ORDER BY n.seq LIMIT $3;
