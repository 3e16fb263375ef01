-- name: list_erased
-- Lists which of these digests stand for somebody who was erased.
SELECT digest FROM erased_person WHERE digest = ANY($1::bytea[]);

-- name: has_erased
-- Whether the table holds anything, even only the digest of the key itself.
SELECT EXISTS (SELECT FROM erased_person);
