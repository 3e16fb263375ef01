-- Where the roster allows it, colleagues write to a rep too: manager_id and manager_name are then those of the colleague.

ALTER TABLE recognition ADD COLUMN is_from_colleague boolean NOT NULL DEFAULT false;
