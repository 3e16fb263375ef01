-- name: list_presence
-- The working days of these reps that are over, and whether anything counted on them, without those before a rep's first activity.
SELECT rep_id, day, has_activity FROM (
    SELECT rep_id, day, has_activity, bool_or(has_activity) OVER (PARTITION BY rep_id ORDER BY day) AS has_begun
    FROM (
        SELECT rep_id, day, has_activity(report) AS has_activity FROM day
        WHERE rep_id = ANY($1::text[]) AND day >= $2 AND day < $3
          AND report ->> 'state' = 'closed' AND worked_score IS NOT NULL
    ) AS worked
) AS of_rep WHERE has_begun ORDER BY rep_id, day;

-- name: list_silence_strictness
-- The strictness of a rule in those of these teams that are calibrated.
SELECT team_id, strictness FROM team_calibration WHERE team_id = ANY($1::text[]) AND rule = $2;

-- name: list_silences_asked
-- The occasions of a rule's nudges to a manager since a day.
SELECT occasion FROM nudge WHERE person_id = $1 AND rule = $2 AND day >= $3;
