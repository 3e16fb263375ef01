-- When the weekly re-check of each team that is at work is due. Without an open day nobody is watched.

CREATE VIEW recheck AS
SELECT p.team_id, p.due_at
FROM calibration_plan AS p
WHERE EXISTS (
    SELECT FROM day AS d
    WHERE d.team_id = p.team_id AND d.report ->> 'state' = 'open' AND d.report ->> 'playbook_version' IS NOT NULL
);
