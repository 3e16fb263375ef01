-- name: find_preference
-- What a person has asked for, with the language that they have chosen; nothing if they never did.
SELECT first_transport, unwanted, not_before, not_after, paused_until, language FROM preference WHERE person_id = $1;

-- name: find_timezone_of_nudge
-- The zone of the person to whom a nudge goes.
SELECT timezone FROM nudge WHERE id = $1;

-- name: merge_preference
-- The last choice counts.
INSERT INTO preference (person_id, first_transport, unwanted, not_before, not_after, paused_until, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (person_id) DO UPDATE
SET first_transport = excluded.first_transport, unwanted = excluded.unwanted, not_before = excluded.not_before,
    not_after = excluded.not_after, paused_until = excluded.paused_until, updated_at = excluded.updated_at;

-- name: merge_language
-- The last choice counts. What they asked for otherwise stays.
INSERT INTO preference (person_id, language, updated_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET language = excluded.language, updated_at = excluded.updated_at;
