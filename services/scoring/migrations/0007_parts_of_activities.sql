-- A stage that a deal enters, its win or loss, and the booking of a meeting are activities of their own, with the statements of the
-- activity that they are parts of. A date without a time is kept as one.

ALTER TABLE activity
    ADD COLUMN part_of      text,                           -- the id of the activity that it is a part of
    ADD COLUMN keeps_owners boolean NOT NULL DEFAULT false, -- whether the statements name earlier owners
    ADD COLUMN started_on   date;                           -- on the rep's own calendar, where no time is known

CREATE INDEX activity_parts ON activity (source, account, part_of) WHERE part_of IS NOT NULL;
CREATE INDEX activity_with_earlier_owners ON activity (source) WHERE keeps_owners;
