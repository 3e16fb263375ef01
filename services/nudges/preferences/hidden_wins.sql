-- name: find_hides_wins
-- Whether a person hides their wins; nothing if they never asked for anything.
SELECT hides_wins FROM preference WHERE person_id = $1;

-- name: merge_hides_wins
-- What else the person has asked for stays.
INSERT INTO preference (person_id, hides_wins, updated_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET hides_wins = excluded.hides_wins, updated_at = excluded.updated_at;
