-- name: list_open_disputes
-- What these reps dispute and nobody has answered, the oldest first, with the day on which it was said on the rep's own clock.
SELECT d.rep_id, (d.disputed_at AT TIME ZONE (newest.report ->> 'timezone'))::date AS disputed_on
FROM dispute AS d
CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = d.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE d.rep_id = ANY($1::text[]) AND d.resolution = '' ORDER BY d.disputed_at, d.id;
