-- name: list_inbox
-- A manager's newest nudges, of reps who were theirs when it was decided: sent ones, and deferred ones that may still be sent.
-- Bundled ones are parts of the message that carries them.
SELECT n.id, n.rule, n.kind, n.person_id, n.person_name, n.occasion, n.day, n.timezone, n.text, n.reason, n.status, n.because,
       n.send_at, n.retracted_because, parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       (n.event -> 'absences')::text AS absences, is_unsent(n.id) AS is_unsent,
       EXISTS (SELECT FROM announcement AS a WHERE a.nudge_id = n.id AND a.acknowledged_at IS NOT NULL) AS is_acknowledged,
       ARRAY(SELECT d.channel FROM delivery AS d WHERE d.nudge_id = n.id AND d.state = 'delivered' ORDER BY d.channel)
           AS delivered
FROM nudge AS n
WHERE n.manager_ids @> ARRAY[$1::text] AND n.status IN ('sent', 'deferred')
ORDER BY n.send_at DESC, n.seq DESC LIMIT $2;

-- name: list_received
-- What a person has received since a day of theirs, newest first. Announcements of playbooks and thanks are left out: the page
-- shows both by themselves.
SELECT n.id, n.rule, n.kind, n.person_id, n.person_name, n.occasion, n.day, n.timezone, n.text, n.reason, n.status, n.because,
       n.send_at, n.retracted_because, parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       (n.event -> 'absences')::text AS absences, is_unsent(n.id) AS is_unsent,
       false AS is_acknowledged, '{}'::text[] AS delivered
FROM nudge AS n
WHERE n.person_id = $1 AND n.sent_day >= $2 AND n.status = 'sent' AND n.rule NOT IN ('playbook', 'thanks')
ORDER BY n.send_at DESC, n.seq DESC;

-- name: find_message
-- The message of one nudge, if it was sent to this person or to a rep of theirs. A bundled nudge gives the message that carries it.
SELECT n.id, n.rule, n.kind, n.person_id, n.person_name, n.occasion, n.day, n.timezone, n.text, n.reason, n.status, n.because,
       n.send_at, n.retracted_because, parts_of(n.id, n.text) AS parts, answers_to(n.id) AS answers,
       (n.event -> 'absences')::text AS absences, is_unsent(n.id) AS is_unsent,
       false AS is_acknowledged, '{}'::text[] AS delivered
FROM nudge AS n
WHERE n.id = (SELECT coalesce(bundled_with, id) FROM nudge WHERE id = $1) AND n.status IN ('sent', 'bundled')
  AND (n.person_id = $2 OR n.manager_ids @> ARRAY[$2::text]);
