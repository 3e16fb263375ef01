-- The definitions that each rep is told of, and what became of the telling.

CREATE TABLE announcement (
    rep_id          text NOT NULL,
    version         integer NOT NULL,          -- tells editions of playbooks apart, over all teams
    times           integer NOT NULL,          -- how often it was announced to them
    body            jsonb NOT NULL,            -- as announced, whole
    nudge_id        text NOT NULL,             -- the message that tells them
    told_at         timestamptz,               -- when the first channel took it
    acknowledged_at timestamptz,               -- when the rep said that they have read it
    withdrawn_at    timestamptz,               -- since when it will not come to judge the rep after all
    PRIMARY KEY (rep_id, version)
);
CREATE INDEX announcement_of_nudge ON announcement (nudge_id);
