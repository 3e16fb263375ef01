-- name: lock_person
-- One decision about a person at a time, so that two replicas cannot both use the day's only place; and none while an erasure
-- runs.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure')),
       pg_advisory_xact_lock(hashtext('nudges.person'), hashtext($1));

-- name: lock_people
-- As lock_person for several people. One finished day of a team at a time: of two reps who finish at once, the second sees the first
-- one's day. The function takes all locks in the order of their keys, and lets the rest of the transaction read through indexes only.
SELECT lock_people($1::text[], $2::text[], '{}');

-- name: lock_erasure
-- Waits for every decision that is under way, and lets no new one begin.
SELECT pg_advisory_xact_lock(hashtext('nudges.erasure'));

-- name: block_erasure
-- Waits for an erasure that is under way, and lets no new one begin.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure'));
