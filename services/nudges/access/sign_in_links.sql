-- name: delete_old_links
-- Those that were made by $1. The others are kept after their use, since they count towards the limit of their person.
DELETE FROM sign_in_link WHERE created_at <= $1;

-- name: add_link
-- A link that nobody has used yet.
INSERT INTO sign_in_link (digest, person_id, origin, next_path, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: count_messages
-- How many links were sent to a person after $2. Those that a command printed do not count.
SELECT count(*) FROM sign_in_link WHERE person_id = $1 AND origin = 'message' AND created_at > $2;

-- name: find_link
-- The link of a token if it was made after $2 and nobody has used it.
SELECT person_id, origin, next_path FROM sign_in_link WHERE digest = $1 AND created_at > $2 AND used_at IS NULL;

-- name: claim_link
-- Uses it up. Of two requests at once one gets nothing.
UPDATE sign_in_link SET used_at = $3 WHERE digest = $1 AND created_at > $2 AND used_at IS NULL
RETURNING person_id, origin, next_path;
