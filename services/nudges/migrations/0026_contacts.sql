-- How each person is reached: what became of the last attempts, and who has stopped mail. Addresses are in the roster alone.

CREATE TABLE contact_state (
    person_id         text NOT NULL,
    transport         text NOT NULL,
    last_delivered_at timestamptz,
    failures          integer NOT NULL DEFAULT 0,   -- since the last success
    failing_since     timestamptz,
    last_error        text NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, transport)
);

CREATE TABLE mail_stop (
    person_id  text PRIMARY KEY,
    stopped_at timestamptz NOT NULL
);
