-- name: find_newest_open_day
-- The newest day that anybody has begun; NULL before the first.
SELECT max(day) FROM day WHERE report ->> 'state' = 'open';

-- name: list_colleagues
-- Everybody else who is in a rep's team, if the team lets colleagues thank each other, with the rep's own name. By the newest days
-- since one: whoever has none has left.
WITH newest AS (
    SELECT DISTINCT ON (rep_id) rep_id, team_id, report FROM day WHERE day > $2 ORDER BY rep_id, day DESC
), member AS (
    SELECT rep_id, team_id, report FROM newest WHERE report ->> 'presence' <> 'not_employed'
)
SELECT other.rep_id, other.report -> 'rep' ->> 'name' AS name, own.report -> 'rep' ->> 'name' AS own_name
FROM member AS own JOIN member AS other ON other.team_id = own.team_id AND other.rep_id <> own.rep_id
WHERE own.rep_id = $1 AND (other.report ->> 'thanks_from_colleagues')::boolean ORDER BY name, other.rep_id;
