-- Limits are calibrated by rule, and evidence is measured on another scale: what was calibrated before says nothing any more. Until
-- the calibrations that are due now, the rules are silent.

DELETE FROM rep_calibration;
DELETE FROM team_calibration;
DELETE FROM team_baseline;

ALTER TABLE team_calibration ADD COLUMN rule text NOT NULL;
ALTER TABLE team_calibration DROP CONSTRAINT team_calibration_pkey;
ALTER TABLE team_calibration ADD PRIMARY KEY (team_id, rule);

UPDATE calibration_plan SET due_at = least(due_at, now());
