-- name: lock_person
-- One decision about a person at a time, so that two replicas cannot both use the day's only place; and none while an erasure
-- runs.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure')),
       pg_advisory_xact_lock(hashtext('nudges.person'), hashtext($1));

-- name: lock_team
-- One finished day of a team at a time: of two reps who finish at once, the second sees the first one's day.
SELECT pg_advisory_xact_lock(hashtext('nudges.team'), hashtext($1));

-- name: lock_erasure
-- Waits for every decision that is under way, and lets no new one begin.
SELECT pg_advisory_xact_lock(hashtext('nudges.erasure'));

-- name: block_erasure
-- Waits for an erasure that is under way, and lets no new one begin.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure'));
