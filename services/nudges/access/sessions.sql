-- name: delete_ended_sessions
-- Those that nobody has used since $1, or that were opened by $2.
DELETE FROM session WHERE last_used_at <= $1 OR opened_at <= $2;

-- name: add_session
-- A new session of a person.
INSERT INTO session (digest, person_id, origin, opened_at, last_used_at) VALUES ($1, $2, $3, $4, $4);

-- name: find_session
-- The session of a token that was used after $2 and opened after $3, with the language that its person has chosen.
SELECT id, person_id, origin, opened_at, last_used_at, language FROM session LEFT JOIN preference USING (person_id)
WHERE digest = $1 AND last_used_at > $2 AND opened_at > $3;

-- name: mark_used
-- From now on it ends later.
UPDATE session SET last_used_at = $2 WHERE id = $1;

-- name: list_sessions
-- Everybody's open sessions, or one person's, in the order in which they were opened.
SELECT id, person_id, origin, opened_at, last_used_at FROM session
WHERE last_used_at > $1 AND opened_at > $2 AND ($3::text IS NULL OR person_id = $3) ORDER BY id;

-- name: list_open_sessions
-- Those of some sessions that were used after $2 and opened after $3.
SELECT id FROM session WHERE id = ANY($1::bigint[]) AND last_used_at > $2 AND opened_at > $3;

-- name: delete_session
-- Ends a session at once. Returns nothing if there is no such session.
DELETE FROM session WHERE id = $1 RETURNING id;

-- name: delete_session_of_token
-- Ends the session of whoever signs out, or signs in anew.
DELETE FROM session WHERE digest = $1;
