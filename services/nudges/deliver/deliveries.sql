-- name: enqueue_deliveries
-- One delivery for each channel whose audience includes the nudge's team and kind. A channel that has not registered yet has no
-- audience and is given everything. After a restore from a backup, what was decided up to the end of the person's day on which
-- nudges ran again, or is about a day up to then, may have been sent before the loss: it is given up at once. An announcement is
-- about a day to come, or about one long ago, so only the time of the decision counts. What a manager writes after nudges ran again
-- is new, whatever day it is.
INSERT INTO delivery (nudge_id, channel, state, due_at, queued_at, last_error)
SELECT n.id, wanted.channel, CASE WHEN lost.is_possible THEN 'failed' ELSE 'queued' END, wanted.now, wanted.now,
       CASE WHEN lost.is_possible THEN unsent_reason() ELSE '' END
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS wanted (nudge_id, channel, now) JOIN nudge AS n ON n.id = wanted.nudge_id
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM restoration AS r
            WHERE coalesce(least((n.decided_at AT TIME ZONE n.timezone)::date, CASE WHEN n.kind <> 'announcement' THEN n.day END)
                           <= (r.resumed_at AT TIME ZONE n.timezone)::date, true)
              AND coalesce(n.kind <> 'thanks' OR n.decided_at <= r.resumed_at, true)
        ) AS is_possible
    ) AS lost
    LEFT JOIN channel AS c ON c.name = wanted.channel
WHERE (c.name IS NULL OR (c.teams = '{}' OR n.team_id = ANY(c.teams)) AND (c.kinds = '{}' OR n.kind = ANY(c.kinds)))
ON CONFLICT DO NOTHING;

-- name: claim_due_deliveries
-- The deliveries that are due, and those whose sender has been silent for longer than its lease: it died between sending and
-- recording. Leases run on the database's clock, because the service's clock may be stepped. With $5, nothing is claimed of a channel
-- that has failed so often in a row, is paused or is disabled.
UPDATE delivery AS d
SET state = 'sending', attempts = d.attempts + 1, lease_until = clock_timestamp() + make_interval(secs => $4)
FROM (
    SELECT nudge_id, channel FROM delivery
    WHERE channel = $1 AND state IN ('queued', 'sending') AND due_at <= $2
      AND (state = 'queued' OR lease_until < clock_timestamp())
      AND ($5::integer IS NULL OR EXISTS (
          SELECT FROM channel AS c WHERE c.name = $1 AND c.failures < $5 AND c.disabled_at IS NULL
              AND coalesce(greatest(c.paused_until, c.asked_until) <= $2, true)
      ))
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
) AS due, nudge AS n
WHERE d.nudge_id = due.nudge_id AND d.channel = due.channel AND n.id = d.nudge_id
RETURNING d.channel, d.attempts, d.again_at, n.event::text AS event, n.traceparent;

-- name: mark_delivered
-- A sender that got a yes can record it even when another one has taken over meanwhile. Returns nothing when it was recorded
-- before.
UPDATE delivery AS d SET state = 'delivered', delivered_at = new.delivered_at, lease_until = NULL, last_error = ''
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS new (nudge_id, channel, delivered_at)
WHERE d.nudge_id = new.nudge_id AND d.channel = new.channel AND d.state <> 'delivered' RETURNING d.nudge_id, d.attempts;

-- name: record_delivered
-- Everything that follows from a yes, in one statement: as mark_delivered and mark_channel_delivering, and the event in the outbox.
-- Returns what it has recorded: only attempts that nobody has taken over meanwhile.
WITH accepted AS (
    SELECT * FROM unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[])
        WITH ORDINALITY AS accepted (nudge_id, attempts, event_id, event_type, subject, body, traceparent, at, number)
), marked AS (
    UPDATE delivery AS d SET state = 'delivered', delivered_at = $2, lease_until = NULL, last_error = ''
    FROM accepted
    WHERE d.nudge_id = accepted.nudge_id AND d.channel = $1 AND d.attempts = accepted.attempts AND d.state = 'sending'
    RETURNING d.nudge_id
), delivering AS (
    UPDATE channel SET failures = 0, failing_since = NULL, paused_until = NULL, last_error = ''
    WHERE name = $1 AND failures > 0 AND disabled_at IS NULL AND EXISTS (SELECT FROM marked)
), announced AS (
    INSERT INTO outbox (event_id, event_type, subject, body, traceparent, at)
    SELECT event_id, event_type, subject, body, traceparent, at FROM accepted JOIN marked USING (nudge_id) ORDER BY number
)
SELECT nudge_id FROM marked;

-- name: mark_retry
-- Only for the attempt that is under way: a sender that comes late must not disturb the one that took over.
UPDATE delivery SET state = 'queued', due_at = $4, last_error = $5, lease_until = NULL
WHERE nudge_id = $1 AND channel = $2 AND attempts = $3 AND state = 'sending';

-- name: mark_failed
-- Only for the attempt that is under way, as with a retry.
UPDATE delivery SET state = 'failed', last_error = $4, lease_until = NULL
WHERE nudge_id = $1 AND channel = $2 AND attempts = $3 AND state = 'sending';

-- name: requeue_delivery
-- What was delivered or given up is queued once more. What is on its way stays so.
UPDATE delivery SET state = 'queued', attempts = 0, due_at = $3, queued_at = $3, lease_until = NULL, last_error = ''
WHERE nudge_id = $1 AND channel = $2 AND state IN ('delivered', 'failed') RETURNING nudge_id;

-- name: requeue_for_later
-- What has reached its person is queued for later, as they asked. Asked again, it moves. What does not hold any more is left out.
UPDATE delivery AS d SET state = 'queued', attempts = 0, due_at = $3, queued_at = $3, again_at = $3, lease_until = NULL, last_error = ''
FROM nudge AS n
WHERE n.id = d.nudge_id AND d.nudge_id = $1 AND d.channel = $2 AND n.retracted_at IS NULL
  AND (d.state = 'delivered' OR d.state = 'queued' AND d.again_at IS NOT NULL)
RETURNING d.nudge_id;

-- name: has_reached_person
-- Whether a channel has taken a nudge; also while it waits to be sent again.
SELECT EXISTS (
    SELECT FROM delivery WHERE nudge_id = $1 AND channel = $2 AND (state = 'delivered' OR state = 'queued' AND again_at IS NOT NULL)
);

-- name: mark_overdue_failed
-- Gives up what was queued at or before a time, and returns how many deliveries that were. At most 1,000 at once, so that a long
-- queue does not hold the channel's lock for long.
WITH failed AS (
    UPDATE delivery AS d
    SET state = 'failed', last_error = $3 || CASE WHEN d.last_error = '' THEN '' ELSE '; last error: ' || d.last_error END
    FROM (
        SELECT nudge_id, channel FROM delivery WHERE channel = $1 AND state = 'queued' AND queued_at <= $2
        ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    ) AS overdue
    WHERE d.nudge_id = overdue.nudge_id AND d.channel = overdue.channel
    RETURNING d.nudge_id
)
SELECT count(*) FROM failed;

-- name: mark_orphans_failed
-- Gives up what was queued at or before a time for channels that are no longer configured. The time leaves room for a rolling
-- restart, during which another replica may still have such a channel.
UPDATE delivery SET state = 'failed', last_error = 'this channel is no longer configured'
WHERE state = 'queued' AND NOT channel = ANY($1::text[]) AND queued_at <= $2;

-- name: mark_restored
-- Whatever waits in a restored database may have been sent after the backup was made, so it is given up. What is decided about the
-- same time follows: see enqueue_deliveries.
WITH unsent AS (
    UPDATE delivery SET state = 'failed', last_error = unsent_reason(), lease_until = NULL WHERE state IN ('queued', 'sending')
)
INSERT INTO restoration (backed_up_at) VALUES ($1);

-- name: mark_resumed
-- The first time only. Until then everything that is decided counts as decided before.
UPDATE restoration SET resumed_at = $1 WHERE resumed_at IS NULL;
