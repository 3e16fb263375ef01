-- name: request_rescore
-- A rep who waits already waits for both spans from now on.
INSERT INTO pending_rescore AS r (rep_id, first_day, last_day, needs_reassignment, requested_at, lost_identities)
SELECT rep_id, $2, $3, $4, $5, lost_identities::jsonb
FROM unnest($1::text[], $6::text[]) AS wanted (rep_id, lost_identities) ORDER BY rep_id
ON CONFLICT (rep_id) DO UPDATE
SET first_day = least(r.first_day, excluded.first_day), last_day = greatest(r.last_day, excluded.last_day),
    needs_reassignment = r.needs_reassignment OR excluded.needs_reassignment,
    lost_identities = r.lost_identities || excluded.lost_identities;

-- name: claim_rescores
-- A row that another replica works on is passed over. Reps to reassign and reps to score are never claimed together. The
-- earliest days go first: days of different reps lie beside each other on the disk, days of one rep do not.
SELECT rep_id, first_day, last_day, lost_identities::text FROM pending_rescore
WHERE needs_reassignment = $1 ORDER BY first_day, rep_id LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: finish_reassignment
-- The days of these reps are still to be scored.
UPDATE pending_rescore SET needs_reassignment = false, lost_identities = '[]' WHERE rep_id = ANY($1::text[]);

-- name: advance_rescores
-- What is done is not done again, even if another process does the rest.
UPDATE pending_rescore SET first_day = $2 WHERE rep_id = ANY($1::text[]) AND first_day < $2;

-- name: delete_rescores
-- All days of these reps are scored.
DELETE FROM pending_rescore WHERE rep_id = ANY($1::text[]);

-- name: list_pending_rescores
-- Which of these reps, or of all when the argument is null, have days that wait to be scored again.
SELECT rep_id FROM pending_rescore WHERE $1::text[] IS NULL OR rep_id = ANY($1::text[]);

-- name: count_pending_rescores
-- Reps that wait, and those of their days that are stored already.
SELECT (SELECT count(*) FROM pending_rescore) AS reps,
       (SELECT count(*) FROM pending_rescore AS r
        JOIN rep_day AS d ON d.rep_id = r.rep_id AND d.day BETWEEN r.first_day AND r.last_day) AS days;
