-- The days as reported, the nudges they led to, their deliveries, and the outbox.

CREATE TABLE day (
    rep_id   text NOT NULL,
    day      date NOT NULL,
    revision integer NOT NULL,
    report   jsonb NOT NULL,                   -- the newest report, whole
    PRIMARY KEY (rep_id, day)
);

CREATE TABLE midday_check (
    rep_id text NOT NULL,
    day    date NOT NULL,
    due_at timestamptz NOT NULL,
    done   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (rep_id, day)
);
CREATE INDEX midday_check_due ON midday_check (due_at) WHERE NOT done;

CREATE TABLE nudge (
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    id          text PRIMARY KEY,
    rule        text NOT NULL,
    kind        text NOT NULL,
    person_id   text NOT NULL,
    person_name text NOT NULL,
    team_id     text NOT NULL,
    manager_ids text[] NOT NULL,
    occasion    text NOT NULL,
    day         date NOT NULL,
    timezone    text NOT NULL,
    text        text NOT NULL,
    reason      text NOT NULL,
    status      text NOT NULL CHECK (status IN ('sent', 'held', 'dropped')),
    because     text NOT NULL DEFAULT '',
    decided_at  timestamptz NOT NULL,
    send_at     timestamptz,                   -- when it was, or is to be, sent
    sent_day    date,                          -- the person's own day on which it was sent: their budget
    event       jsonb NOT NULL,                -- as announced
    traceparent text NOT NULL,
    UNIQUE (rule, person_id, occasion)
);
CREATE INDEX nudge_in_order ON nudge (seq);
CREATE INDEX nudge_held ON nudge (send_at) WHERE status = 'held';
CREATE INDEX nudge_of_person ON nudge (person_id, sent_day);
CREATE INDEX nudge_of_manager ON nudge USING gin (manager_ids);

CREATE TABLE delivery (
    nudge_id     text NOT NULL REFERENCES nudge (id),
    channel      text NOT NULL,
    state        text NOT NULL CHECK (state IN ('queued', 'sending', 'delivered', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL,         -- by the service's clock, which may be stepped
    lease_until  timestamptz,                  -- by the database's clock: how long a sender may be silent
    last_error   text NOT NULL DEFAULT '',
    delivered_at timestamptz,
    PRIMARY KEY (nudge_id, channel)
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state IN ('queued', 'sending');

CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    text NOT NULL,
    event_type  text NOT NULL,
    subject     text NOT NULL,
    body        text NOT NULL,
    traceparent text NOT NULL,
    at          timestamptz NOT NULL
);
