-- name: list_erased
-- Which of these digests stand for somebody who was erased.
SELECT digest FROM erased_person WHERE digest = ANY($1::bytea[]);

-- name: has_erased
-- Whether anybody was erased, the digest of the key aside.
SELECT EXISTS (SELECT FROM erased_person);
