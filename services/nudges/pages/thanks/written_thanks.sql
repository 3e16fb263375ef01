-- name: list_written
-- What somebody wrote, to one rep or to all of them, newest first, with what has become of its message. What was taken back has
-- none.
SELECT r.id, r.rep_id, r.manager_id, r.manager_name, r.nudge_id, r.about_day, r.facts, r.text, r.written_at, r.is_from_colleague,
       n.person_name, n.status, n.because, n.send_at, n.timezone, is_unsent(n.id) AS is_unsent
FROM recognition AS r JOIN nudge AS n ON n.rule = 'thanks' AND n.person_id = r.rep_id AND n.occasion = r.id
WHERE r.manager_id = $1 AND ($2::text IS NULL OR r.rep_id = $2) ORDER BY r.written_at DESC, r.id LIMIT $3;

-- name: list_received_thanks
-- What was said to a rep, once it was sent, newest first.
SELECT r.id, r.rep_id, r.manager_id, r.manager_name, r.nudge_id, r.about_day, r.facts, r.text, r.written_at, r.is_from_colleague,
       n.person_name, n.status, n.because, n.send_at, n.timezone, false AS is_unsent
FROM recognition AS r JOIN nudge AS n ON n.rule = 'thanks' AND n.person_id = r.rep_id AND n.occasion = r.id
WHERE r.rep_id = $1 AND n.status = 'sent' ORDER BY n.send_at DESC, r.id LIMIT $2;
