-- name: add_nudge
-- The same reason never makes two: the second finds the row and adds nothing.
INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text, reason,
                   status, because, decided_at, send_at, sent_day, event, traceparent, wording, propensity)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18::jsonb, $19, $20, $21)
ON CONFLICT (rule, person_id, occasion) DO NOTHING
RETURNING id;

-- name: update_nudge
-- What is sent later is worded again: a nudge that was deferred overnight speaks of yesterday.
UPDATE nudge SET status = $2, because = $3, send_at = $4, sent_day = $5, text = $6, reason = $7, event = $8::jsonb,
    wording = $9, bundled_with = $10, propensity = $11
WHERE id = $1;

-- name: list_people_with_deferred
-- Whose deferred nudges are due, those that have waited longest first.
SELECT person_id FROM nudge WHERE status = 'deferred' AND send_at <= $1
GROUP BY person_id ORDER BY min(send_at), min(seq) LIMIT $2;

-- name: claim_deferred
-- Under the person's lock; without what another replica has decided meanwhile.
SELECT id, rule, kind, person_id, day, timezone, event::text AS event, traceparent
FROM nudge WHERE person_id = $1 AND status = 'deferred' AND send_at <= $2 ORDER BY seq FOR UPDATE;

-- name: list_rules_about
-- Which of these rules have led to a nudge about a day. What was suppressed has led to nothing.
SELECT rule FROM nudge WHERE person_id = $1 AND day = $2 AND rule = ANY($3::text[]) AND status <> 'suppressed';

-- name: list_sent_about
-- What these rules sent about a person's days from one to another, both included.
SELECT id, rule, kind, day, send_at, retracted_at FROM nudge
WHERE person_id = $1 AND sent_day >= $2 AND day BETWEEN $2 AND $3 AND rule = ANY($4::text[]) AND status IN ('sent', 'bundled')
ORDER BY seq;

-- name: find_sent
-- One nudge, if it was sent.
SELECT id, rule, kind, day, send_at, retracted_at FROM nudge WHERE id = $1 AND status IN ('sent', 'bundled');

-- name: mark_retracted
-- Or, without a time, as holding again. What its person asked to get again later is not sent any more.
WITH cancelled AS (
    UPDATE delivery SET state = 'delivered' WHERE nudge_id = $1 AND state = 'queued' AND again_at IS NOT NULL AND $2::timestamptz IS NOT NULL
)
UPDATE nudge SET retracted_at = $2, retracted_because = $3 WHERE id = $1;
