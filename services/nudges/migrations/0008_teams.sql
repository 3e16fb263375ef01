-- The team of each day, to see when all of it has done the plan.

ALTER TABLE day ADD COLUMN team_id text GENERATED ALWAYS AS (report -> 'team' ->> 'id') STORED;
CREATE INDEX day_of_team ON day (team_id, day);
