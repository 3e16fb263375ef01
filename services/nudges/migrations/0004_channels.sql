-- The state of each channel, and since when each delivery has waited.

CREATE TABLE channel (
    name           text PRIMARY KEY,
    destination    bytea NOT NULL,             -- a digest of where it leads: elsewhere is another receiver, who begins anew
    failures       integer NOT NULL DEFAULT 0, -- in a row
    failing_since  timestamptz,                -- the first of them
    paused_until   timestamptz,                -- left alone until then, unless something gets through; by the service's clock
    asked_until    timestamptz,                -- the receiver asked for nothing before
    disabled_at    timestamptz,                -- since when the receiver wants no more
    last_error     text NOT NULL DEFAULT ''
);

ALTER TABLE delivery ADD COLUMN queued_at timestamptz;
UPDATE delivery SET queued_at = due_at;
ALTER TABLE delivery ALTER COLUMN queued_at SET NOT NULL;

DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX delivery_failed ON delivery (channel, queued_at) WHERE state = 'failed';
