-- What people have asked for: which messages, when, and where first. And whether a channel reaches the person whom a nudge is for.

CREATE TABLE preference (
    person_id       text PRIMARY KEY,
    first_transport text NOT NULL DEFAULT '',     -- tried before the others; empty: in the order of the roster
    unwanted        text[] NOT NULL DEFAULT '{}', -- groups of messages
    not_before      time,                         -- on the person's own clock; NULL: from the start of their working hours
    not_after       time,                         -- likewise; NULL: until the end of their working hours
    paused_until    date,                         -- the first day with messages again; NULL: not paused
    updated_at      timestamptz NOT NULL
);

ALTER TABLE channel ADD COLUMN reaches_recipient boolean NOT NULL DEFAULT true;
UPDATE channel SET reaches_recipient = false WHERE name = 'inbox' OR name LIKE 'chat.%';

ALTER TABLE delivery ADD COLUMN again_at timestamptz; -- when its person asked to get it once more; NULL: they did not
