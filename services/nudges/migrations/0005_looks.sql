-- Days are looked at at more than one moment; which wording was used is kept; several nudges may be said in one message.

CREATE TABLE look (
    rep_id text NOT NULL,
    day    date NOT NULL,
    moment text NOT NULL,
    due_at timestamptz NOT NULL,
    done   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (rep_id, day, moment)
);
CREATE INDEX look_due ON look (due_at) WHERE NOT done;
INSERT INTO look (rep_id, day, moment, due_at, done) SELECT rep_id, day, 'midday', due_at, done FROM midday_check;
DROP TABLE midday_check;

ALTER TABLE nudge
    ADD COLUMN wording integer NOT NULL DEFAULT 0,   -- its number among those of its rule
    ADD COLUMN said_with text REFERENCES nudge (id), -- the nudge whose message it was part of
    DROP CONSTRAINT nudge_status_check,
    ADD CONSTRAINT nudge_status_check CHECK (status IN ('sent', 'bundled', 'held', 'held_out', 'dropped'));
CREATE INDEX nudge_held_of_person ON nudge (person_id) WHERE status = 'held';
