-- How strictly each rep is watched for a drop, and when each team's watch is next re-checked.

CREATE TABLE rep_calibration (
    rep_id     text PRIMARY KEY,
    team_id    text NOT NULL,                  -- whose days it was shrunk towards; in another team it says nothing
    strictness double precision NOT NULL       -- what is added to every limit, in standard deviations
);
CREATE INDEX rep_calibration_of_team ON rep_calibration (team_id);

CREATE TABLE calibration_plan (
    team_id text PRIMARY KEY,
    due_at  timestamptz NOT NULL               -- moved on in the transaction that keeps what was found
);
