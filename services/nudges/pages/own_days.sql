-- name: list_own_days
-- A rep's days from a day on, newest first, with the number of disputes about each.
SELECT day, (report ->> 'score')::numeric AS score, report ->> 'state' = 'open' AS is_open, report ->> 'presence' AS presence,
       (report ->> 'playbook_version')::integer AS playbook_version, (report ->> 'playbook_from')::date AS playbook_from,
       (SELECT count(*) FROM dispute WHERE dispute.rep_id = d.rep_id AND dispute.day = d.day) AS disputes
FROM day AS d WHERE rep_id = $1 AND day >= $2 ORDER BY day DESC;
