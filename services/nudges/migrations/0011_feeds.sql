-- Which teams nothing is heard of, and when something of each day was heard first.

ALTER TABLE day ADD COLUMN heard_at timestamptz;  -- when it was first known that something counts; not of history
CREATE INDEX day_open ON day (day) WHERE report ->> 'state' = 'open';

CREATE TABLE quiet_feed (
    team_id   text PRIMARY KEY,
    team_name text NOT NULL,
    since     timestamptz NOT NULL,
    because   text NOT NULL
);
