-- name: list_undelivered
-- Messages of a channel that were queued after a time and given up, the newest first. What was retracted is left out: it is not to
-- be sent any more.
SELECT d.nudge_id, n.person_id, d.queued_at, d.last_error
FROM delivery AS d JOIN nudge AS n ON n.id = d.nudge_id
WHERE d.channel = $1 AND d.state = 'failed' AND d.queued_at > $2 AND n.retracted_at IS NULL
ORDER BY d.queued_at DESC, d.nudge_id LIMIT $3;

-- name: list_waiting
-- How many messages of a channel wait for each person, and since when the first of them does.
SELECT n.person_id, count(*) AS messages, min(d.queued_at) AS waiting_since
FROM delivery AS d JOIN nudge AS n ON n.id = d.nudge_id
WHERE d.channel = $1 AND d.state IN ('queued', 'sending') GROUP BY n.person_id;

-- name: requeue_undelivered
-- Queues what was given up once more. What was delivered, is on its way or was retracted meanwhile stays as it is.
UPDATE delivery AS d
SET state = 'queued', attempts = 0, due_at = $3, queued_at = $3, lease_until = NULL, last_error = ''
FROM nudge AS n
WHERE n.id = d.nudge_id AND d.nudge_id = $1 AND d.channel = $2 AND d.state = 'failed' AND n.retracted_at IS NULL
RETURNING d.nudge_id;
