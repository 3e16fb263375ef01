-- name: lock_person
-- One decision about a person at a time, so that two replicas cannot both use the day's only place; and none while an erasure
-- runs.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure')),
       pg_advisory_xact_lock(hashtext('nudges.person'), hashtext($1));

-- name: lock_people
-- As lock_person for several people. One finished day of a team at a time: of two reps who finish at once, the second sees the first
-- one's day. Replicas take the locks in the order of their keys, since two names may share one. What follows in the transaction are
-- rows looked up by their keys: a plan made while the tables were small must not read all of them once they have grown.
WITH erasure AS MATERIALIZED (
    SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure')), set_config('enable_seqscan', 'off', true)
)
SELECT pg_advisory_xact_lock(wanted.class, wanted.key)
FROM erasure, LATERAL (
    SELECT DISTINCT kind, class, key FROM (
        SELECT 1, hashtext('nudges.person'), hashtext(id) FROM unnest($1::text[]) AS id
        UNION ALL SELECT 2, hashtext('nudges.team'), hashtext(id) FROM unnest($2::text[]) AS id
    ) AS named (kind, class, key) ORDER BY kind, class, key
) AS wanted;

-- name: lock_erasure
-- Waits for every decision that is under way, and lets no new one begin.
SELECT pg_advisory_xact_lock(hashtext('nudges.erasure'));

-- name: block_erasure
-- Waits for an erasure that is under way, and lets no new one begin.
SELECT pg_advisory_xact_lock_shared(hashtext('nudges.erasure'));
