-- Who published a version, and the words in it, which a manager may change later without another version.

ALTER TABLE playbook_version ADD COLUMN published_by text;   -- a manager's id; null: with a file; empty: somebody who was erased

CREATE TABLE playbook_wording (
    wording      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version      integer NOT NULL REFERENCES playbook_version (version),
    file         integer NOT NULL REFERENCES playbook_file (file),
    published_by text,                                        -- as of a version
    applied_at   timestamptz NOT NULL
);
CREATE INDEX playbook_wording_version ON playbook_wording (version, wording);
