-- Who leads whom, by the newest reports; and nudges to managers, which speak of several people.

CREATE TABLE led (
    manager_id text NOT NULL,
    rep_id     text NOT NULL,
    name       text NOT NULL,                  -- the manager's
    timezone   text,                           -- the manager's; NULL: nothing is sent to them
    newest_day date NOT NULL,                  -- the newest of the rep's days on which they led
    PRIMARY KEY (manager_id, rep_id)
);
CREATE INDEX led_of_rep ON led (rep_id);
CREATE INDEX nudge_about ON nudge USING gin ((event -> 'about') jsonb_path_ops);
CREATE INDEX look_of_team ON look (rep_id) WHERE NOT done AND moment = 'team';

ALTER TABLE nudge
    DROP CONSTRAINT nudge_said_with_fkey,
    ADD CONSTRAINT nudge_said_with_fkey FOREIGN KEY (said_with) REFERENCES nudge (id) ON DELETE SET NULL;
