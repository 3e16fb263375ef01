-- The facts that a playbook can ask for become columns, so that one query counts any days under any version, and what an
-- activity counts for is no longer kept with it: a new playbook then changes days and no activity.

ALTER TABLE activity
    ADD COLUMN kind        text NOT NULL DEFAULT '',
    ADD COLUMN deleted     boolean NOT NULL DEFAULT false,
    ADD COLUMN actor       text,
    ADD COLUMN duration_s  double precision,
    ADD COLUMN outcome     text,
    ADD COLUMN direction   text,
    ADD COLUMN amount      numeric,
    ADD COLUMN stage       text,
    ADD COLUMN contact_key text,
    DROP COLUMN counted;

UPDATE activity SET
    kind = coalesce(states -> 'kind' ->> 0, states -> '_kind' ->> 0, ''),
    deleted = coalesce(states -> '_deleted' ->> 0 = 'true', false),
    actor = states -> 'actor' ->> 0,
    duration_s = (states -> 'duration_s' ->> 0)::double precision,
    outcome = states -> 'outcome' ->> 0,
    direction = states -> 'direction' ->> 0,
    amount = (states -> 'amount' ->> 0)::numeric,
    stage = states -> 'stage' ->> 0,
    contact_key = states -> 'contact_key' ->> 0;

CREATE INDEX activity_of_actor ON activity (source, actor) WHERE actor IS NOT NULL;

ALTER TABLE rep_day ADD COLUMN goals jsonb NOT NULL DEFAULT '{}';  -- what the day adds to each goal

CREATE TABLE playbook_version (
    version        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    team           text NOT NULL,
    effective_from date NOT NULL,
    body           text NOT NULL,              -- the file that it stands in, as its author wrote it
    reason         text NOT NULL,              -- why it begins in the past; empty where it does not
    applied_at     timestamptz NOT NULL
);
INSERT INTO playbook_version (team, effective_from, body, reason, applied_at)
SELECT team, effective_from, body, '', applied_at FROM playbook ORDER BY applied_at, team, effective_from;
DROP TABLE playbook;

CREATE TABLE rescore (
    rep_id       text PRIMARY KEY,
    first_day    date NOT NULL,
    last_day     date NOT NULL,
    places       boolean NOT NULL,             -- whether whose activities these are, or on which day, is to be found anew as well
    requested_at timestamptz NOT NULL
);
