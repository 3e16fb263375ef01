-- name: merge_dispute
-- Returns nothing when the same was said before. Said again after it was resolved, the dispute is open again.
INSERT INTO dispute AS d (id, rep_id, day, source, account, activity_id, reason, recorded, disputed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
ON CONFLICT (id) DO UPDATE
SET day = excluded.day, reason = excluded.reason, recorded = excluded.recorded, disputed_at = excluded.disputed_at,
    resolution = '', manager_id = '', resolved_at = NULL
WHERE d.resolution <> '' OR (d.reason, d.day) <> (excluded.reason, excluded.day)
RETURNING id;

-- name: delete_dispute
-- Only the rep's own, and only while it is open: what a manager has resolved stays.
DELETE FROM dispute WHERE id = $1 AND rep_id = $2 AND resolution = '';

-- name: find_disputing_rep
-- The rep of one dispute.
SELECT rep_id FROM dispute WHERE id = $1;

-- name: list_disputes_of_day
-- What a rep disputes about one day, in the order in which it was said. The name of the manager who resolved it is known only while
-- they are a manager of the rep.
SELECT d.id, d.rep_id, d.day, d.source, d.account, d.activity_id, d.reason, d.recorded::text AS recorded, d.disputed_at,
       d.resolution, d.manager_id, d.resolved_at, newest.report -> 'rep' ->> 'name' AS rep_name, newest.report ->> 'timezone' AS timezone,
       (SELECT manager ->> 'name' FROM jsonb_array_elements(newest.report -> 'managers') AS manager
        WHERE manager ->> 'id' = d.manager_id) AS manager_name
FROM dispute AS d CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = d.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE d.rep_id = $1 AND d.day = $2
ORDER BY d.disputed_at, d.id;

-- name: list_disputes_for_manager
-- What the reps dispute who are a manager's by their newest reports: the open ones first, then those resolved since a time; newest
-- first.
SELECT d.id, d.rep_id, d.day, d.source, d.account, d.activity_id, d.reason, d.recorded::text AS recorded, d.disputed_at,
       d.resolution, d.manager_id, d.resolved_at, newest.report -> 'rep' ->> 'name' AS rep_name, newest.report ->> 'timezone' AS timezone,
       (SELECT manager ->> 'name' FROM jsonb_array_elements(newest.report -> 'managers') AS manager
        WHERE manager ->> 'id' = d.manager_id) AS manager_name
FROM dispute AS d CROSS JOIN LATERAL (SELECT report FROM day WHERE rep_id = d.rep_id ORDER BY day DESC LIMIT 1) AS newest
WHERE coalesce(d.resolved_at, 'infinity'::timestamptz) >= $2
  AND newest.report -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text))
ORDER BY d.resolution <> '', d.disputed_at DESC, d.id LIMIT $3;
