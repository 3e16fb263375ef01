-- The definitions that each rep is told of, and what became of the telling.

CREATE TABLE announcement (
    rep_id          text NOT NULL,
    version         integer NOT NULL,          -- tells editions of playbooks apart, over all teams
    announced_at    timestamptz NOT NULL,
    body            jsonb NOT NULL,            -- as announced, whole
    nudge_id        text NOT NULL,             -- the message that tells them
    told_at         timestamptz,               -- when the first channel took it
    acknowledged_at timestamptz,               -- when the rep said that they have read it
    PRIMARY KEY (rep_id, version)
);
CREATE INDEX announcement_of_nudge ON announcement (nudge_id);
