-- Nudges are held out by lot, and a rule that does harm is paused.

ALTER TABLE nudge ADD COLUMN chance double precision;  -- of being sent, when that was decided; below 1 where a lot was drawn
CREATE INDEX nudge_drawn ON nudge (rule) WHERE chance < 1;

ALTER TABLE day
    ADD COLUMN worked_score numeric                    -- of a worked day
        GENERATED ALWAYS AS (CASE WHEN report ->> 'presence' = 'working' THEN (report ->> 'score')::numeric END) STORED,
    ADD COLUMN is_closed boolean GENERATED ALWAYS AS (report ->> 'state' = 'closed') STORED;

CREATE TABLE rule_pause (
    rule       text PRIMARY KEY,
    paused_at  timestamptz,                            -- NULL once it was resumed
    resumed_at timestamptz                             -- what was drawn before counts no more
);

CREATE TABLE effects_look (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    looked_on date NOT NULL                            -- the newest day, in UTC, on which it was seen whether a rule does harm
);
INSERT INTO effects_look (looked_on) VALUES ('-infinity');
