-- name: list_unmatched_users
-- Users with activities that belong to no rep's day. Those with the newest activities first; deleted activities do not count, and
-- the parts of an activity count once.
SELECT source, account, actor AS "user", count(DISTINCT coalesce(part_of, activity_id)) AS activities, max(started_at) AS newest_at,
       min(started_at) AS oldest_at
FROM activity WHERE rep_id IS NULL AND actor IS NOT NULL AND NOT deleted
GROUP BY source, account, actor ORDER BY newest_at DESC NULLS LAST, source, account, actor;
