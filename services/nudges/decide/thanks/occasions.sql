-- name: find_thankable
-- One nudge, if a manager can thank a rep for it: a celebration that the rep received, or a reminder to the manager about the rep.
-- Not one that late data has made false.
SELECT rule, kind, day FROM nudge
WHERE id = $1 AND status IN ('sent', 'bundled') AND retracted_at IS NULL
  AND (kind = 'celebration' AND person_id = $3
       OR rule = 'recognition_due' AND person_id = $2 AND split_part(occasion, ':', 1) = $3);

-- name: list_thankable
-- Those of some nudges for which a manager can thank somebody: whom, for which day if it is for one, whether they have, and whether
-- what they sent still waits. The nudges are ones that the manager may read.
SELECT n.id, CASE WHEN n.kind = 'celebration' THEN n.person_id ELSE split_part(n.occasion, ':', 1) END AS rep_id,
       EXISTS (SELECT FROM recognition AS r WHERE r.nudge_id = n.id AND r.manager_id = $2 AND r.undone_at IS NULL) AS is_thanked,
       EXISTS (SELECT FROM recognition AS r JOIN nudge AS message ON message.occasion = r.id
               WHERE r.nudge_id = n.id AND r.manager_id = $2
                 AND message.rule = 'thanks' AND message.person_id = r.rep_id AND message.status = 'deferred') AS is_waiting,
       CASE WHEN n.kind = 'celebration' THEN n.day END AS about_day, n.timezone
FROM nudge AS n
WHERE n.id = ANY($1::text[]) AND n.status IN ('sent', 'bundled') AND n.retracted_at IS NULL
  AND (n.kind = 'celebration' OR n.rule = 'recognition_due' AND n.person_id = $2);
