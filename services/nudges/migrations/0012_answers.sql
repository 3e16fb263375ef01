-- What people say of a nudge.

CREATE TABLE answer (
    nudge_id     text NOT NULL REFERENCES nudge (id) ON DELETE CASCADE,
    person_id    text NOT NULL,                -- who says it: whom it was said to, or a manager of theirs
    answer       text NOT NULL CHECK (answer IN ('recognised', 'coached', 'not_useful', 'wrong')),
    reason       text NOT NULL DEFAULT '',     -- why it is wrong, from a closed list
    answered_at  timestamptz NOT NULL,
    first_answer text NOT NULL,                -- before anything else was said
    first_at     timestamptz NOT NULL,
    PRIMARY KEY (nudge_id, person_id)
);
CREATE INDEX answer_of_person ON answer (person_id);
