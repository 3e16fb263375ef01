-- Days on which a rep is away because a manager has entered it on a page. They stand beside the absences of the roster file, which
-- is replaced as a whole when it is applied.

CREATE TABLE entered_absence (
    rep_id     text NOT NULL,
    day        date NOT NULL,
    is_planned boolean NOT NULL,               -- whether it was entered before the day: then an activity does not end it
    manager_id text NOT NULL,                  -- who entered it; empty once that person is erased
    entered_at timestamptz NOT NULL,
    PRIMARY KEY (rep_id, day)
);
CREATE INDEX entered_absence_by_manager ON entered_absence (manager_id);
