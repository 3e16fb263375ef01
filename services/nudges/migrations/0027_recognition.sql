-- What managers say to their reps through Daymark. The message to the rep is the nudge of rule `thanks` whose occasion is the id.

CREATE TABLE recognition (
    id           text PRIMARY KEY,             -- of the form from which it came, so that pressing twice sends it once
    rep_id       text NOT NULL,
    manager_id   text NOT NULL,
    manager_name text NOT NULL,
    nudge_id     text REFERENCES nudge (id) ON DELETE SET NULL, -- the celebration or reminder that it answers; NULL: none
    about_day    date,                         -- the rep's day that it is about, if it is about one
    facts        text NOT NULL,                -- as the manager saw them; empty: none
    text         text NOT NULL CHECK (char_length(text) <= 500), -- empty: only a thank-you
    written_at   timestamptz NOT NULL,
    undone_at    timestamptz                   -- taken back before it went out; then text and facts are empty
);
CREATE INDEX recognition_of_rep ON recognition (rep_id, written_at);
CREATE INDEX recognition_by_manager ON recognition (manager_id, written_at);
CREATE INDEX recognition_of_nudge ON recognition (nudge_id);
