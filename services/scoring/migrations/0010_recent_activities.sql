-- When an activity was stored, so that recent ones are found without reading all others. It never changes afterwards: the index costs
-- one entry per new activity, and nothing when one is updated. Nothing says when those from before this migration were stored.

ALTER TABLE activity ADD COLUMN stored_on date;
CREATE INDEX activity_by_date_stored ON activity (stored_on) WHERE stored_on IS NOT NULL;
