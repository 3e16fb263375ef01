-- Facts, days, definitions and the outbox.

CREATE TABLE activity (
    source      text NOT NULL,
    account     text NOT NULL,
    activity_id text NOT NULL,
    states      jsonb NOT NULL DEFAULT '{}',   -- the newest statement of every fact; all else follows from it
    rep_id      text,                          -- whose day it belongs to; null while nobody's
    day         date,
    started_at  timestamptz,
    counted     text[] NOT NULL DEFAULT '{}',  -- the behaviours it counts for
    PRIMARY KEY (source, account, activity_id)
) WITH (fillfactor = 80);                      -- a row is written two or three times soon after its birth

CREATE INDEX activity_of_day ON activity (rep_id, day) WHERE rep_id IS NOT NULL;

CREATE TABLE rep_day (
    rep_id           text NOT NULL,
    day              date NOT NULL,
    state            text NOT NULL CHECK (state IN ('future', 'open', 'closed')),
    counts           jsonb NOT NULL DEFAULT '{}',
    score            numeric(12, 2),
    first_counted_at timestamptz,
    revision         integer NOT NULL DEFAULT 0,
    PRIMARY KEY (rep_id, day)
) WITH (fillfactor = 80);

CREATE INDEX rep_day_open ON rep_day (rep_id, day) WHERE state = 'open';
CREATE INDEX rep_day_by_day ON rep_day (day);

CREATE TABLE rep_progress (
    rep_id     text PRIMARY KEY,
    opened_day date NOT NULL                   -- the latest day that was opened for the rep
);

CREATE TABLE roster (
    version    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body       text NOT NULL,                  -- as its author wrote it
    applied_at timestamptz NOT NULL
);

CREATE TABLE playbook (
    team           text NOT NULL,
    effective_from date NOT NULL,
    body           text NOT NULL,              -- the file that it stands in, as its author wrote it
    applied_at     timestamptz NOT NULL,
    PRIMARY KEY (team, effective_from)
);

CREATE TABLE definitions_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  integer NOT NULL
);
INSERT INTO definitions_version (version) VALUES (0);

CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    text NOT NULL,
    event_type  text NOT NULL,
    subject     text NOT NULL,
    body        text NOT NULL,
    traceparent text NOT NULL,
    at          timestamptz NOT NULL
);
