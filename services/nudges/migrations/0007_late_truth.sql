-- What was said and turned out not to be so.

ALTER TABLE nudge
    ADD COLUMN revised_at      timestamptz,               -- since when it is known; NULL while what was said holds
    ADD COLUMN revised_because text NOT NULL DEFAULT '';
CREATE INDEX nudge_said_with ON nudge (said_with) WHERE said_with IS NOT NULL;
