-- name: list_active_days
-- The worked days of these reps from one day to before another that are over and had any activity, with the counts of the behaviours
-- that had a target; oldest first.
SELECT rep_id, day, (report ->> 'playbook_version')::integer AS version, report ->> 'timezone' AS timezone,
       coalesce((report ->> 'part')::float8, 1) AS part,
       (SELECT jsonb_object_agg(behaviour ->> 'key', (behaviour ->> 'count')::integer)
        FROM jsonb_array_elements(report -> 'behaviours') AS behaviour WHERE (behaviour ->> 'target')::numeric > 0)::text AS counts
FROM day
WHERE rep_id = ANY($1::text[]) AND day >= $2 AND day < $3 AND worked_score IS NOT NULL AND report ->> 'state' = 'closed'
  AND has_activity(report)
ORDER BY day;

-- name: list_what_counted
-- By rep and announced version, what counts for each behaviour, in words.
SELECT rep_id, version,
       (SELECT jsonb_object_agg(behaviour ->> 'key', behaviour ->> 'counts')
        FROM jsonb_array_elements(body -> 'behaviours') AS behaviour)::text AS counted
FROM announcement WHERE rep_id = ANY($1::text[]);
