"""What is checked before anything of a backup is used."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.backup.manifest import (
    DATABASE_FILE,
    FORMAT,
    MANIFEST_NAME,
    BackupDamaged,
    Manifest,
    NewerBackup,
    NoBackup,
    StreamEntry,
    describe_file,
    read_backup,
    write_manifest,
)
from shared.jetstream.streams import STREAMS

KNOWN = {"scoring": {"0001_a.sql": "aa", "0002_b.sql": "bb"}, "nudges": {"0001_c.sql": "cc"}}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup with one file for each part and a secret."""
    streams = [
        StreamEntry(name=stream.name, first_number=1, last_number=2, messages=2, configuration={}, state={})
        for stream in STREAMS
    ]
    names = [DATABASE_FILE, "secrets/link-secret", *(stream.file_name for stream in streams)]
    (tmp_path / "secrets").mkdir()
    for name in names:
        (tmp_path / name).write_text(f"content of {name}")
    manifest = Manifest(
        started_at=datetime(2026, 3, 2, tzinfo=UTC),
        postgres_version=180_006,
        migrations={"scoring": {"0001_a.sql": "aa"}, "nudges": {"0001_c.sql": "cc"}},
        streams=tuple(streams),
        consumers=(),
        files=tuple(describe_file(tmp_path, name) for name in names),
    )
    write_manifest(tmp_path, manifest)
    return tmp_path


def _change(backup: Path, values: dict[str, object]) -> None:
    path = backup / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_backup_is_read_as_it_was_written(backup: Path) -> None:
    manifest = read_backup(backup, KNOWN, postgres_major=18)

    assert manifest.migrations["scoring"] == {"0001_a.sql": "aa"}
    assert [stream.name for stream in manifest.streams] == [stream.name for stream in STREAMS]
    assert (backup / MANIFEST_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", [DATABASE_FILE, "stream-WEBHOOKS", "secrets/link-secret"])
def test_a_file_that_was_changed_is_named(backup: Path, name: str) -> None:
    (backup / name).write_text(f"CONTENT of {name}")

    with pytest.raises(BackupDamaged, match=name):
        read_backup(backup, KNOWN, postgres_major=18)


def test_a_file_that_is_gone_is_named(backup: Path) -> None:
    (backup / "stream-SCORES").unlink()

    with pytest.raises(BackupDamaged, match=r"stream-SCORES \(No such file"):
        read_backup(backup, KNOWN, postgres_major=18)


@pytest.mark.parametrize("part", ["files", "streams"])
def test_a_manifest_that_lacks_a_part_is_refused(backup: Path, part: str) -> None:
    entries = json.loads((backup / MANIFEST_NAME).read_text())[part]
    _change(backup, {part: entries[1:]})

    with pytest.raises(BackupDamaged):
        read_backup(backup, KNOWN, postgres_major=18)


def test_a_backup_from_before_sources_could_be_added_lacks_their_stream(backup: Path) -> None:
    content = json.loads((backup / MANIFEST_NAME).read_text())
    _change(
        backup, {part: [entry for entry in content[part] if "SOURCES" not in entry["name"]] for part in ("files", "streams")}
    )

    assert len(read_backup(backup, KNOWN, postgres_major=18).streams) == len(STREAMS) - 1


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "secrets/../../outside", "secrets/", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(backup: Path, name: str) -> None:
    files = json.loads((backup / MANIFEST_NAME).read_text())["files"]
    _change(backup, {"files": [*files, {"name": name, "size_bytes": 0, "sha256": ""}]})

    with pytest.raises(BackupDamaged, match=MANIFEST_NAME):
        read_backup(backup, KNOWN, postgres_major=18)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": "x"}', b'{"format": 1}', b"\xff\xfe"])
def test_a_manifest_that_cannot_be_read_is_refused(backup: Path, text: bytes) -> None:
    (backup / MANIFEST_NAME).write_bytes(text)

    with pytest.raises(BackupDamaged, match=MANIFEST_NAME):
        read_backup(backup, KNOWN, postgres_major=18)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(NoBackup):
        read_backup(tmp_path, KNOWN, postgres_major=18)
    with pytest.raises(NoBackup):
        read_backup(tmp_path / "missing", KNOWN, postgres_major=18)


@pytest.mark.parametrize(
    "newer",
    [
        {"format": FORMAT + 1},
        {"version": "99.0.0"},
        {"postgres_version": 190_000},
        {"migrations": {"scoring": {"0003_later.sql": "dd"}, "nudges": {}}},
        {"migrations": {"scoring": {"0001_a.sql": "other"}, "nudges": {}}},
    ],
)
def test_a_backup_of_a_newer_daymark_is_refused(backup: Path, newer: dict[str, object]) -> None:
    _change(backup, newer)

    with pytest.raises(NewerBackup):
        read_backup(backup, KNOWN, postgres_major=18)


def test_a_backup_of_a_format_that_is_not_known_yet_is_refused_whatever_else_is_in_it(backup: Path) -> None:
    (backup / MANIFEST_NAME).write_text(json.dumps({"format": FORMAT + 1}))

    with pytest.raises(NewerBackup):
        read_backup(backup, KNOWN, postgres_major=18)
