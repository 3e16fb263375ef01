-- What a look saw: by behaviour, what had counted by then. Not of a look that came late.

ALTER TABLE look ADD COLUMN counts jsonb;
