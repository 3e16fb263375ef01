-- name: merge_channel
-- Makes a channel known when the service starts. One that leads elsewhere than before has another receiver and starts afresh.
INSERT INTO channel AS c (name, destination) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE
SET destination = excluded.destination, failures = 0, failing_since = NULL, paused_until = NULL, asked_until = NULL,
    disabled_at = NULL, last_error = ''
WHERE c.destination <> excluded.destination;

-- name: mark_audience
-- The audience, and whether the channel reaches the recipients, follow the configuration, whatever the channel's state is.
UPDATE channel SET teams = $2, kinds = $3, reaches_recipient = $4 WHERE name = $1;

-- name: claim_channel
-- Replicas look at a channel one after the other, so that a failing one is tried with one delivery and not with one per replica.
SELECT failures, greatest(paused_until, asked_until) AS paused_until, disabled_at, last_error
FROM channel WHERE name = $1 FOR UPDATE;

-- name: mark_channel_delivering
-- Ends the failures. What a receiver asked for (asked_until) still holds, and a disabled channel stays disabled.
UPDATE channel SET failures = 0, failing_since = NULL, paused_until = NULL, last_error = ''
WHERE name = ANY($1::text[]) AND failures > 0 AND disabled_at IS NULL;

-- name: mark_channel_failing
-- Counts a failure and returns how many there are in a row. The error that disabled a channel is not overwritten.
UPDATE channel SET failures = failures + 1, failing_since = coalesce(failing_since, $2),
    last_error = CASE WHEN disabled_at IS NULL THEN $3 ELSE last_error END
WHERE name = $1 RETURNING failures;

-- name: mark_channel_paused
-- Never shortens a pause: greatest() ignores a NULL, which stands for no pause of that kind.
UPDATE channel SET paused_until = greatest(paused_until, $2::timestamptz), asked_until = greatest(asked_until, $3::timestamptz)
WHERE name = $1;

-- name: mark_channel_disabled
-- The first time and the first error stay.
UPDATE channel SET disabled_at = $2, failing_since = coalesce(failing_since, $2), last_error = $3
WHERE name = $1 AND disabled_at IS NULL;

-- name: mark_channel_enabled
-- Starts afresh. Returns nothing when the channel is not known.
UPDATE channel SET failures = 0, failing_since = NULL, paused_until = NULL, asked_until = NULL,
    disabled_at = NULL, last_error = ''
WHERE name = $1 RETURNING name;

-- name: list_channel_states
-- The state of some channels, with what waits in each of them and what was given up since a time.
SELECT c.name, c.failures, c.failing_since, greatest(c.paused_until, c.asked_until) AS paused_until, c.disabled_at, c.last_error,
       (SELECT count(*) FROM delivery AS d WHERE d.channel = c.name AND d.state IN ('queued', 'sending')) AS waiting,
       (SELECT min(d.queued_at) FROM delivery AS d WHERE d.channel = c.name AND d.state IN ('queued', 'sending')) AS waiting_since,
       (SELECT count(*) FROM delivery AS d WHERE d.channel = c.name AND d.state = 'failed' AND d.queued_at > $1) AS given_up
FROM channel AS c WHERE c.name = ANY($2::text[]) ORDER BY c.name;
