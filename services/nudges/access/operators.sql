-- name: find_operator
-- One operator, if the person is one.
SELECT person_id, name, contacts::text AS contacts FROM operator WHERE person_id = $1;

-- name: list_operators
-- All operators, by id.
SELECT person_id, name, contacts::text AS contacts FROM operator ORDER BY person_id;

-- name: merge_operator
-- Adding an operator again replaces how they are reached.
INSERT INTO operator (person_id, name, contacts, added_at) VALUES ($1, $2, $3::jsonb, $4)
ON CONFLICT (person_id) DO UPDATE SET name = excluded.name, contacts = excluded.contacts;

-- name: delete_operator
-- Returns nothing if the person is no operator.
DELETE FROM operator WHERE person_id = $1 RETURNING person_id;

-- name: delete_sessions_of_operator
-- Of somebody whom no roster lists nothing is left.
DELETE FROM session WHERE person_id = $1;
