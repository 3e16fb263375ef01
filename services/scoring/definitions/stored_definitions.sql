-- name: share_definitions
-- Whoever assigns or counts activities takes this lock, so that no definition changes until the end of the transaction. Returns
-- the version, which the function reads after it has the lock.
SELECT share_definitions();

-- name: lock_definitions
-- Whoever changes a definition takes this lock. It waits for everybody who shares the definitions, and keeps others out.
SELECT pg_advisory_xact_lock(hashtext('scoring.definitions'));

-- name: find_version
-- A statement of its own, after the lock, so that its snapshot sees what the last holder of the lock committed.
SELECT version FROM definitions_version;

-- name: bump_version
-- Tells every replica to read the definitions again.
UPDATE definitions_version SET version = version + 1;

-- name: find_roster
-- The roster in force; no row before the first.
SELECT body, applied_at, entered_by FROM roster ORDER BY version DESC LIMIT 1;

-- name: find_roster_file
-- The newest roster that was applied as a file, before anything was entered into it.
SELECT body FROM roster WHERE entered_by IS NULL ORDER BY version DESC LIMIT 1;

-- name: list_rosters
-- Every roster that was applied, the newest first.
SELECT version, body FROM roster ORDER BY version DESC;

-- name: add_roster
-- It is in force from now on.
INSERT INTO roster (body, applied_at, entered_by) VALUES ($1, $2, $3);

-- name: update_roster
-- Only erasing a person changes a roster that was applied.
UPDATE roster SET body = $2 WHERE version = $1;

-- name: remove_editor
-- What an erased person has entered stays, without their id.
UPDATE roster SET entered_by = '' WHERE entered_by = $1;

-- name: list_playbooks
-- The newest version for each team and date, with the file that has its newest words.
SELECT DISTINCT ON (v.team, v.effective_from) v.version, v.team, v.effective_from, coalesce(w.file, v.file) AS file, v.reason,
       coalesce(w.wording, 0) AS wording
FROM playbook_version AS v LEFT JOIN playbook_wording AS w ON w.version = v.version
ORDER BY v.team, v.effective_from, v.version DESC, w.wording DESC;

-- name: list_publications
-- Everything that was published for a team, versions and changes of their words, the newest first.
SELECT v.version, p.wording, v.effective_from, v.reason, p.published_by, p.applied_at
FROM playbook_version AS v
JOIN (SELECT version, 0 AS wording, published_by, applied_at FROM playbook_version
      UNION ALL SELECT version, wording, published_by, applied_at FROM playbook_wording) AS p ON p.version = v.version
WHERE v.team = $1 ORDER BY p.applied_at DESC, v.version DESC, p.wording DESC;

-- name: list_playbook_files
-- These files. What is stored of one never changes.
SELECT file, body FROM playbook_file WHERE file = ANY($1::integer[]);

-- name: add_playbooks
-- The versions of one file, numbered in their order. Each replaces an earlier version of the same team and date.
WITH added AS (INSERT INTO playbook_file (body) VALUES ($1) RETURNING file)
INSERT INTO playbook_version (team, effective_from, file, reason, applied_at, published_by)
SELECT new.team, new.effective_from, added.file, new.reason, $5, $6
FROM added, unnest($2::text[], $3::date[], $4::text[]) WITH ORDINALITY AS new (team, effective_from, reason, place)
ORDER BY new.place RETURNING version, team, effective_from;

-- name: add_wordings
-- A file in which these versions stand with other words.
WITH added AS (INSERT INTO playbook_file (body) VALUES ($1) RETURNING file)
INSERT INTO playbook_wording (version, file, published_by, applied_at)
SELECT new.version, added.file, $3, $4 FROM added, unnest($2::integer[]) AS new (version) RETURNING version, wording;

-- name: remove_publisher
-- What an erased manager has published stays, without their id.
WITH versions AS (UPDATE playbook_version SET published_by = '' WHERE published_by = $1)
UPDATE playbook_wording SET published_by = '' WHERE published_by = $1;

-- name: list_tombstones
-- The hashes by which erased people are recognised.
SELECT kind, digest FROM tombstone;

-- name: add_tombstones
-- One that is there already stays as it is, with the time at which it was added.
INSERT INTO tombstone (kind, digest, erased_at)
SELECT kind, digest, $3 FROM unnest($1::text[], $2::bytea[]) AS new (kind, digest) ON CONFLICT DO NOTHING;
