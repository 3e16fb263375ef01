-- Who changed the roster on a page. It is null for a roster that was applied as a file, and empty once that person was erased.

ALTER TABLE roster ADD COLUMN entered_by text;
