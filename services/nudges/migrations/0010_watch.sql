-- What is usual in a team, computed once for each day, and how strictly its reps are watched.

CREATE TABLE team_usual (
    team_id text NOT NULL,
    day     date NOT NULL,                     -- from the worked days before it
    version integer NOT NULL,                  -- of the definition by which they are comparable
    usual   text NOT NULL,                     -- JSON, in which a number may be infinite
    PRIMARY KEY (team_id, day, version)
);

CREATE TABLE team_calibration (
    team_id       text PRIMARY KEY,
    strictness    double precision NOT NULL,   -- what is added to every limit, in standard deviations
    alerts_before double precision NOT NULL,   -- false alerts per rep and budget without it
    alerts_after  double precision NOT NULL,
    judged_days   integer NOT NULL,
    calibrated_at timestamptz NOT NULL
);
