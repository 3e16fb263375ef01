-- A rep who lost an identity may have owned activities, by it, that are counted for somebody else now. Which day those count for
-- may depend on the calendar of that rep, so they are found by the identity when activities are assigned again.

ALTER TABLE pending_rescore
    ADD COLUMN lost_identities jsonb NOT NULL DEFAULT '[]'; -- as in the roster
