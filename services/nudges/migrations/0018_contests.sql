-- What reps say is not right about single activities, and what their managers made of it.

CREATE TABLE contest (
    id           text PRIMARY KEY,             -- of the rep and the activity
    rep_id       text NOT NULL,
    day          date NOT NULL,                -- on which the activity was when it was last contested
    source       text NOT NULL,
    account      text NOT NULL,
    activity_id  text NOT NULL,
    reason       text NOT NULL,                -- from a closed list
    recorded     jsonb NOT NULL,               -- the activity as it was recorded then
    contested_at timestamptz NOT NULL,
    settled      text NOT NULL DEFAULT '' CHECK (settled IN ('', 'put_right', 'stands')),
    manager_id   text NOT NULL DEFAULT '',     -- who settled it
    settled_at   timestamptz,
    FOREIGN KEY (rep_id, day) REFERENCES day (rep_id, day) ON DELETE CASCADE -- goes when the rep is forgotten
);
CREATE INDEX contest_of_day ON contest (rep_id, day);
CREATE INDEX contest_shown ON contest (coalesce(settled_at, 'infinity'::timestamptz));
