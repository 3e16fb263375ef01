-- name: delete_ended_tokens
-- Anybody's that were made by $1.
DELETE FROM api_token WHERE created_at <= $1;

-- name: count_tokens
-- How many the person has.
SELECT count(*) FROM api_token WHERE person_id = $1;

-- name: add_token
-- A new token of a person. Returns nothing if they have one of this name.
INSERT INTO api_token (digest, person_id, name, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, name) DO NOTHING RETURNING id;

-- name: find_token
-- The token with this hash that was made after $2.
SELECT id, person_id, name, created_at, last_used_at FROM api_token WHERE digest = $1 AND created_at > $2;

-- name: mark_token_used
-- When a program last used it.
UPDATE api_token SET last_used_at = $2 WHERE id = $1;

-- name: list_tokens
-- A person's that were made after $2, in that order.
SELECT id, person_id, name, created_at, last_used_at FROM api_token WHERE person_id = $1 AND created_at > $2 ORDER BY id;

-- name: delete_token
-- Revokes a token of this person. Of somebody else's it does nothing.
DELETE FROM api_token WHERE id = $1 AND person_id = $2;
