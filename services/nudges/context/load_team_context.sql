-- name: find_manager
-- A manager's name and zone by the newest report; nobody without a zone.
SELECT name, timezone FROM manager_of_rep WHERE manager_id = $1 AND timezone IS NOT NULL ORDER BY newest_day DESC LIMIT 1;

-- name: list_member_days
-- The last weeks of everybody whom a manager has led lately, each rep's newest day first.
SELECT d.rep_id, d.report::text AS report FROM manager_of_rep AS m JOIN day AS d ON d.rep_id = m.rep_id AND d.day >= $3
WHERE m.manager_id = $1 AND m.newest_day >= $2 ORDER BY d.rep_id, d.day DESC;

-- name: list_recognised
-- The last day on which a manager recognised each of these reps, by answering that they have or in a message through Daymark, and the
-- last one on which their manager was reminded to; only since a day. What colleagues say is no manager's recognition.
SELECT rep_id, max(recognised_on) AS recognised_on, max(reminded_on) AS reminded_on FROM (
    SELECT n.person_id AS rep_id, (a.answered_at AT TIME ZONE n.timezone)::date AS recognised_on, NULL::date AS reminded_on
    FROM nudge AS n JOIN answer AS a ON a.nudge_id = n.id
    WHERE n.person_id = ANY($1::text[]) AND a.answer = 'recognised'
    UNION ALL
    SELECT split_part(n.occasion, ':', 1), (a.answered_at AT TIME ZONE n.timezone)::date, n.sent_day
    FROM nudge AS n LEFT JOIN answer AS a ON a.nudge_id = n.id AND a.answer = 'recognised'
    WHERE n.rule = 'recognition_due' AND n.sent_day >= $2 AND split_part(n.occasion, ':', 1) = ANY($1::text[])
    UNION ALL
    SELECT n.person_id, (n.decided_at AT TIME ZONE n.timezone)::date, NULL::date
    FROM nudge AS n
    WHERE n.person_id = ANY($1::text[]) AND n.rule = 'thanks' AND n.status IN ('sent', 'deferred')
      AND NOT EXISTS (SELECT FROM recognition AS r WHERE r.id = n.occasion AND r.is_from_colleague)
) AS recognition WHERE coalesce(recognised_on, reminded_on) >= $2 GROUP BY rep_id;

-- name: count_nudges_since
-- How many nudges of a rule a person has been sent since a day of theirs.
SELECT count(*) FROM nudge WHERE person_id = $1 AND rule = $2 AND sent_day >= $3;

-- name: list_nudges_about_reps
-- The nudges of a rule that a person has been sent since a day of theirs, and whom they were about, newest first.
SELECT day, (event -> 'about')::text AS about FROM nudge
WHERE person_id = $1 AND rule = $2 AND sent_day >= $3 AND status IN ('sent', 'bundled') ORDER BY seq DESC;

-- name: list_occasions
-- The occasions of a rule's nudges that a person has been sent after a day.
SELECT occasion FROM nudge WHERE person_id = $1 AND rule = $2 AND status IN ('sent', 'bundled') AND day > $3;
