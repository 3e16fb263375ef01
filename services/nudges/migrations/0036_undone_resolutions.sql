-- What the resolution of a dispute replaced, so that it can be undone.

ALTER TABLE dispute
    ADD COLUMN previous_resolution  text NOT NULL DEFAULT '', -- empty: the dispute was open
    ADD COLUMN previous_manager_id  text NOT NULL DEFAULT '',
    ADD COLUMN previous_resolved_at timestamptz;
