-- name: add_nudges
-- The same reason never makes two: the second finds the row and adds nothing.
INSERT INTO nudge (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text, reason,
                   status, because, decided_at, send_at, sent_day, event, traceparent, wording, propensity)
SELECT id, rule, kind, person_id, person_name, team_id, ARRAY(SELECT jsonb_array_elements_text(manager_ids::jsonb)), occasion, day,
       timezone, text, reason, status, because, decided_at, send_at, sent_day, event::jsonb, traceparent, wording, propensity
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[],
            $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::date[],
            $18::text[], $19::text[], $20::integer[], $21::float8[])
    AS new (id, rule, kind, person_id, person_name, team_id, manager_ids, occasion, day, timezone, text, reason, status, because,
            decided_at, send_at, sent_day, event, traceparent, wording, propensity)
ON CONFLICT (rule, person_id, occasion) DO NOTHING
RETURNING id;

-- name: update_nudges
-- What is sent later is worded again: a nudge that was deferred overnight speaks of yesterday.
UPDATE nudge AS n SET status = new.status, because = new.because, send_at = new.send_at, sent_day = new.sent_day, text = new.text,
    reason = new.reason, event = new.event::jsonb, wording = new.wording, bundled_with = new.bundled_with, propensity = new.propensity
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::date[], $6::text[], $7::text[], $8::text[], $9::integer[],
            $10::text[], $11::float8[])
    AS new (id, status, because, send_at, sent_day, text, reason, event, wording, bundled_with, propensity)
WHERE n.id = new.id;

-- name: list_people_with_deferred
-- Whose deferred nudges are due, those that have waited longest first.
SELECT person_id FROM nudge WHERE status = 'deferred' AND send_at <= $1
GROUP BY person_id ORDER BY min(send_at), min(seq) LIMIT $2;

-- name: claim_deferred
-- Under the person's lock; without what another replica has decided meanwhile.
SELECT n.person_id, n.id, n.rule, n.kind, n.day, n.timezone, n.event::text AS event, n.traceparent
FROM nudge AS n JOIN unnest($1::text[], $2::timestamptz[]) AS asked (person_id, now) ON n.person_id = asked.person_id
WHERE n.status = 'deferred' AND n.send_at <= asked.now ORDER BY n.seq FOR UPDATE OF n;

-- name: list_rules_about
-- Which of these rules have led to a nudge about a day. What was suppressed has led to nothing.
SELECT rule FROM nudge WHERE person_id = $1 AND day = $2 AND rule = ANY($3::text[]) AND status <> 'suppressed';

-- name: list_sent_about
-- What these rules sent about a person's days from one to another, both included. It is put in order afterwards: while the table is
-- small, an ordered result would be planned as a scan of everything in that order.
SELECT id, rule, kind, day, send_at, retracted_at, seq FROM nudge
WHERE person_id = $1 AND sent_day >= $2 AND day BETWEEN $2 AND $3 AND rule = ANY($4::text[]) AND status IN ('sent', 'bundled');

-- name: find_sent
-- One nudge, if it was sent.
SELECT id, rule, kind, day, send_at, retracted_at FROM nudge WHERE id = $1 AND status IN ('sent', 'bundled');

-- name: mark_retracted
-- Or, without a time, as holding again. What its person asked to get again later is not sent any more.
WITH cancelled AS (
    UPDATE delivery SET state = 'delivered' WHERE nudge_id = $1 AND state = 'queued' AND again_at IS NOT NULL AND $2::timestamptz IS NOT NULL
)
UPDATE nudge SET retracted_at = $2, retracted_because = $3 WHERE id = $1;
