-- name: delete_old_requests
-- Those that nobody came back from.
DELETE FROM openid_request WHERE created_at <= $1;

-- name: add_request
-- Somebody leaves for the issuer.
INSERT INTO openid_request (digest, nonce, verifier, next_path, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: claim_request
-- Somebody comes back. Of two requests with the same state one gets nothing.
DELETE FROM openid_request WHERE digest = $1 AND created_at > $2 RETURNING nonce, verifier, next_path;
