-- Who is told of which version of a playbook: nothing may be held against a rep by a definition that they were not told of.

CREATE TABLE announcement (
    rep_id          text NOT NULL,
    version         integer NOT NULL REFERENCES playbook_version (version),
    binds_from      date NOT NULL,             -- the first day on which the rep is judged by it
    announced_at    timestamptz NOT NULL,      -- when it was put on its way to the rep
    times           integer NOT NULL DEFAULT 1,
    told_at         timestamptz,               -- when the first channel took it
    acknowledged_at timestamptz,               -- when the rep said that they have read it
    withdrawn_at    timestamptz,               -- since when it will not come to judge the rep after all
    PRIMARY KEY (rep_id, version)
);
