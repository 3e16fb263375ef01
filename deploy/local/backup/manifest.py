"""What a backup says about itself, and the checks before anything of it is used."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.servers.durable_files import write_durably
from shared.errors import DaymarkError
from shared.jetstream.streams import SOURCES, STREAMS
from shared.service.version import VERSION, is_newer

FORMAT: Final = 1
MANIFEST_NAME: Final = "manifest.json"
DATABASE_FILE: Final = "postgres.dump"
SECRETS: Final = "secrets"
_VERSIONS_OF_MAJOR: Final = 10_000
_ADDED_LATER: Final = frozenset({SOURCES})
"""Streams that backups of earlier versions do not have."""
_FILE_NAME: Final = re.compile(rf"(?:{SECRETS}/)?[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)


class NoBackup(DaymarkError):
    """This folder is not a complete backup. Name the folder that `daymark backup` has made."""


class BackupDamaged(DaymarkError):
    """The backup is damaged: a file does not match its digest, or cannot be read. Use another copy of it, or an earlier
    backup. Nothing was restored."""


class NewerBackup(DaymarkError):
    """A newer Daymark has made this backup. Restore it with that version or a later one. Nothing was restored."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class FileEntry(_Part):
    """One file of the backup. Secrets have names such as `secrets/link-secret`."""

    name: str
    size_bytes: int
    sha256: str


class StreamEntry(_Part):
    """One stream as the server describes it: `configuration` and `state` are what it asks for when the stream is restored."""

    name: str
    first_number: int
    last_number: int
    messages: int
    configuration: dict[str, object]
    state: dict[str, object]

    @property
    def file_name(self) -> str:
        return stream_file_name(self.name)


class ConsumerEntry(_Part):
    """One durable consumer. Every message up to the number `floor` was processed before the database was dumped."""

    stream: str
    name: str
    floor: int
    configuration: dict[str, object]


class Manifest(_Part):
    """`started_at` is the time at which the positions of the consumers were noted. `postgres_version` is, for example,
    180006. `migrations` holds the digest of each applied migration, by schema and name."""

    format: int = FORMAT
    version: str = VERSION
    started_at: datetime
    postgres_version: int
    migrations: dict[str, dict[str, str]]
    streams: tuple[StreamEntry, ...]
    consumers: tuple[ConsumerEntry, ...]
    files: tuple[FileEntry, ...] = Field(default=())

    @property
    def secrets(self) -> tuple[FileEntry, ...]:
        """None if the backup was made without them."""
        return tuple(entry for entry in self.files if entry.name.startswith(f"{SECRETS}/"))


def stream_file_name(stream: str) -> str:
    """Where the copy of a stream is."""
    return f"stream-{stream}"


def describe_file(folder: Path, name: str) -> FileEntry:
    """A file of the backup with its digest.

    Raises:
        OSError: it cannot be read.
    """
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileEntry(name=name, size_bytes=path.stat().st_size, sha256=digest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, readable by its owner only.

    Raises:
        OSError: it cannot be written.
    """
    write_durably(folder / MANIFEST_NAME, manifest.model_dump_json(indent=2) + "\n", mode=0o600)


def read_backup(folder: Path, migrations: Mapping[str, Mapping[str, str]], *, postgres_major: int) -> Manifest:
    """The manifest of a backup whose every file is as it was made. `migrations` are the digests that this Daymark knows, by
    schema and name, and `postgres_major` is the version of PostgreSQL that it has, such as 18.

    Raises:
        NoBackup: there is no manifest.
        NewerBackup: this Daymark is older than the one that made the backup.
        BackupDamaged: the manifest or a file was changed, cut short or removed.
    """
    manifest = _read_manifest(folder)
    _refuse_newer(folder, manifest, migrations)
    if manifest.postgres_version // _VERSIONS_OF_MAJOR > postgres_major:
        raise NewerBackup(f"{folder} (PostgreSQL {manifest.postgres_version // _VERSIONS_OF_MAJOR})")
    _refuse_changed(folder, manifest)
    return manifest


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST_NAME
    try:
        text = path.read_bytes()
    except OSError as failed:
        raise NoBackup(f"{path} ({failed.strerror})") from None
    try:
        if int(json.loads(text)["format"]) > FORMAT:
            raise NewerBackup(str(folder))
        return Manifest.model_validate_json(text)
    except (ValueError, KeyError, TypeError, ValidationError):
        raise BackupDamaged(str(path)) from None


def _refuse_newer(folder: Path, manifest: Manifest, migrations: Mapping[str, Mapping[str, str]]) -> None:
    """A version is not raised with every migration, so these are compared, too."""
    try:
        newer_version = is_newer(manifest.version)
    except ValueError:
        raise BackupDamaged(str(folder / MANIFEST_NAME)) from None
    applied = {(schema, *entry) for schema, entries in manifest.migrations.items() for entry in entries.items()}
    known = {(schema, *entry) for schema, entries in migrations.items() for entry in entries.items()}
    if newer_version or applied - known:
        raise NewerBackup(f"{folder} (version {manifest.version})")


def _refuse_changed(folder: Path, manifest: Manifest) -> None:
    entries = {entry.name: entry for entry in manifest.files}
    needed = {DATABASE_FILE, *(stream_file_name(stream.name) for stream in manifest.streams)}
    missing = {stream.name for stream in STREAMS} ^ {stream.name for stream in manifest.streams}
    if missing - _ADDED_LATER or needed - entries.keys():
        raise BackupDamaged(str(folder / MANIFEST_NAME))
    for name, entry in entries.items():
        if _FILE_NAME.fullmatch(name) is None:
            raise BackupDamaged(str(folder / MANIFEST_NAME))
        try:
            if describe_file(folder, name) != entry:
                raise BackupDamaged(str(folder / name))
        except OSError as failed:
            raise BackupDamaged(f"{folder / name} ({failed.strerror})") from None


def sync_file(path: Path) -> None:
    """Return when a power cut cannot undo what was written to the file.

    Raises:
        OSError: the disk is full or refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
