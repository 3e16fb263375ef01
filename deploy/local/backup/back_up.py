"""Make a backup of a running Daymark. It has its name only when it is complete and on disk."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from nats.aio.client import Client

from deploy.local.backup.database import Snapshot, dump_database, explain_os_error, open_snapshot
from deploy.local.backup.manifest import (
    DATABASE_FILE,
    SECRETS,
    ConsumerEntry,
    Manifest,
    StreamEntry,
    describe_file,
    stream_file_name,
    sync_file,
    write_manifest,
)
from deploy.local.backup.own_servers import refuse_other_servers
from deploy.local.backup.streams import copy_stream, note_consumers
from deploy.local.connection import work_connected
from deploy.local.run_file import read_run_file
from deploy.local.servers.data_folder import note_backup
from deploy.local.servers.durable_files import sync_folder
from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError
from shared.jetstream.client import LeanClient
from shared.jetstream.streams import STREAMS

_UNFINISHED: Final = ".unfinished-"


class FolderExists(DaymarkError):
    """This path exists already, and a backup never overwrites anything. Choose another name."""


class BackupNotWritten(DaymarkError):
    """The backup could not be written there. Correct what is named, or choose another folder."""


async def back_up(
    settings: LocalSettings, folder: Path, *, with_secrets: bool, now: datetime, on_step: Callable[[str], object]
) -> Manifest:
    """Back up what the data folder holds. `on_step` gets what is being done.

    Raises:
        OtherServers: the configuration names servers of its own.
        NotRunning: no Daymark runs on the data folder.
        FolderExists: the folder exists.
        BrokerAway, PostgresAway: a server does not answer.
        StreamNotCopied, DatabaseNotDumped: a server did not do its part.
        NoSpaceLeft, BackupNotWritten: the backup cannot be written.
    """
    refuse_other_servers(settings)
    url = read_run_file(settings).postgres

    async def copy(connection: LeanClient) -> Manifest:
        return await _copy_servers(connection, url, unfinished, now=now, on_step=on_step)

    with _unfinished_folder(folder) as unfinished:
        manifest = await work_connected(settings, copy)
        if with_secrets:
            _copy_secrets(settings.data / SECRETS, unfinished)
        on_step("writing to disk")
        files = tuple(describe_file(unfinished, name) for name in _names_in(unfinished))
        manifest = manifest.model_copy(update={"files": files})
        _sync(unfinished)
        write_manifest(unfinished, manifest)
    with suppress(OSError):  # the doctor would say that the last backup is older
        note_backup(settings.data, now=now)
    return manifest


async def _copy_servers(
    connection: Client, url: str, folder: Path, *, now: datetime, on_step: Callable[[str], object]
) -> Manifest:
    """In this order: what a consumer has processed is in the database, and what the database lacks is in the streams."""
    consumers: list[ConsumerEntry] = []
    for stream in STREAMS:
        consumers += await note_consumers(connection, stream.name)
    on_step("copying the database")
    async with open_snapshot(url) as snapshot:
        with _new_file(folder / DATABASE_FILE) as file:
            await dump_database(url, snapshot, file, disk=folder.parent)
    streams: list[StreamEntry] = []
    for stream in STREAMS:
        on_step(f"copying {stream.name}")
        with _new_file(folder / stream_file_name(stream.name)) as file:
            streams.append(await copy_stream(connection, stream.name, file))
    return _manifest(snapshot, streams, consumers, now=now)


def _manifest(snapshot: Snapshot, streams: list[StreamEntry], consumers: list[ConsumerEntry], *, now: datetime) -> Manifest:
    return Manifest(
        started_at=now,
        postgres_version=snapshot.postgres_version,
        migrations=snapshot.migrations,
        streams=tuple(streams),
        consumers=tuple(consumers),
    )


@contextmanager
def _unfinished_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the backup that takes its name at the end. After a failure nothing is left of it.

    Raises:
        FolderExists: there is something of this name.
        NoSpaceLeft, BackupNotWritten: the disk is full or refuses.
    """
    if folder.exists() or folder.is_symlink():
        raise FolderExists(str(folder))
    unfinished: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}{_UNFINISHED}", dir=folder.parent))
        yield unfinished
        unfinished.rename(folder)
        sync_folder(folder.parent)
    except OSError as failed:
        raise explain_os_error(failed, folder, disk=folder.parent, otherwise=BackupNotWritten) from None
    finally:
        if unfinished is not None:
            shutil.rmtree(unfinished, ignore_errors=True)


def _new_file(path: Path) -> IO[bytes]:
    """A file that did not exist, readable by its owner only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _copy_secrets(secrets: Path, folder: Path) -> None:
    """The secrets that nobody configured. A configured one is where the configuration says it is, and stays there."""
    copies = folder / SECRETS
    copies.mkdir(mode=0o700)
    for secret in sorted(path for path in secrets.glob("*") if path.is_file()):
        with _new_file(copies / secret.name) as file:
            file.write(secret.read_bytes())


def _names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _sync(folder: Path) -> None:
    for name in _names_in(folder):
        sync_file(folder / name)
    for part in (*(path for path in folder.iterdir() if path.is_dir()), folder):
        sync_folder(part)
