-- What was known of a day's score by when: by quarter of an hour of the rep's own day, the score that was known last in it. Of days that
-- were imported, and of those before this migration, nothing is known.

ALTER TABLE day ADD COLUMN score_by_quarter_hour jsonb NOT NULL DEFAULT '{}';
