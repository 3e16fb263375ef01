-- A file holds the playbooks of many teams. It is stored once, and no longer once for each of them.

CREATE TABLE playbook_file (
    file integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body text NOT NULL                          -- as its author wrote it; it never changes
);
INSERT INTO playbook_file (body) SELECT body FROM playbook_version GROUP BY body ORDER BY min(version);

ALTER TABLE playbook_version ADD COLUMN file integer REFERENCES playbook_file (file);
UPDATE playbook_version AS v SET file = f.file FROM playbook_file AS f WHERE f.body = v.body;
ALTER TABLE playbook_version ALTER COLUMN file SET NOT NULL, DROP COLUMN body;
