-- name: count_gaps
-- By source, the activities that were stored since a date, and how many of them lack what they need in order to count. An activity
-- counts once, with its parts. These are looked up only where the activity itself has no actor or no start.
SELECT a.source, count(*) AS activities, count(*) FILTER (WHERE a.kind = 'call') AS calls,
       count(*) FILTER (WHERE a.actor IS NULL AND NOT EXISTS (
           SELECT FROM activity AS part
           WHERE (part.source, part.account, part.part_of) = (a.source, a.account, a.activity_id)
             AND NOT part.deleted AND part.actor IS NOT NULL
       )) AS without_actor,
       count(*) FILTER (WHERE a.started_at IS NULL AND a.started_on IS NULL AND NOT EXISTS (
           SELECT FROM activity AS part
           WHERE (part.source, part.account, part.part_of) = (a.source, a.account, a.activity_id)
             AND NOT part.deleted AND (part.started_at IS NOT NULL OR part.started_on IS NOT NULL)
       )) AS without_start,
       count(*) FILTER (WHERE a.kind = 'call' AND a.duration_s IS NULL) AS calls_without_duration
FROM activity AS a WHERE a.stored_on >= $1 AND a.part_of IS NULL AND NOT a.deleted GROUP BY a.source;
