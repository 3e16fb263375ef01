-- What pages show of a message, in one place; when each answer to it was given; and what an answer replaced, so that it can be undone.

ALTER TABLE answer
    ADD COLUMN previous_answer text,           -- what this answer replaced; NULL: nothing; empty: not known any more
    ADD COLUMN previous_reason text,
    ADD COLUMN previous_at     timestamptz;

CREATE OR REPLACE FUNCTION answers_to(to_nudge text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT json_build_object('person_id', a.person_id, 'answer', a.answer, 'reason', a.reason, 'answered_at', a.answered_at)::text
        FROM answer AS a WHERE a.nudge_id = to_nudge ORDER BY a.first_at, a.person_id
    )
$$;

CREATE OR REPLACE FUNCTION parts_of(message_id text, message_text text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT json_build_object(
            'id', n.id, 'rule', n.rule, 'kind', n.kind, 'text', n.text, 'reason', n.reason, 'is_retracted', n.retracted_at IS NOT NULL,
            'answers', (SELECT coalesce(json_agg(a ORDER BY a.first_at, a.person_id), '[]') FROM answer AS a
                        WHERE a.nudge_id = n.id))::text
        FROM nudge AS n WHERE n.bundled_with = message_id ORDER BY strpos(message_text, n.text)
    )
$$;

CREATE VIEW page_message AS
SELECT n.seq, n.id, n.rule, n.kind, n.person_id, n.person_name, n.manager_ids, n.occasion, n.day, n.timezone, n.text, n.reason,
       n.status, n.because, n.send_at, n.sent_day, n.retracted_because, n.opened_at IS NOT NULL AS is_opened,
       parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       (n.event -> 'absences')::text AS absences, n.event -> 'about' AS about, is_unsent(n.id) AS is_unsent,
       EXISTS (SELECT FROM announcement AS a WHERE a.nudge_id = n.id AND a.acknowledged_at IS NOT NULL) AS is_acknowledged,
       ARRAY(SELECT d.channel FROM delivery AS d WHERE d.nudge_id = n.id AND d.state = 'delivered' ORDER BY d.channel) AS delivered,
       (SELECT max(d.again_at) FROM delivery AS d WHERE d.nudge_id = n.id AND d.state IN ('queued', 'sending')) AS again_at
FROM nudge AS n;
