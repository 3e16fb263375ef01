"""Make a data folder from a backup. Nothing runs on it yet; the first `daymark up` goes on from there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.local.backup.database import explain_os_error, known_migrations, postgres_major, restore_database
from deploy.local.backup.manifest import DATABASE_FILE, SECRETS, Manifest, read_backup
from deploy.local.backup.own_servers import refuse_other_servers
from deploy.local.backup.streams import restore_consumer, restore_stream
from deploy.local.servers.data_folder import UNFINISHED_RESTORE, lock_folder
from deploy.local.servers.durable_files import sync_folder, write_durably
from deploy.local.servers.nats_server import NatsServer
from deploy.local.servers.postgres_server import PostgresServer
from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError
from shared.jetstream.client import connect, disconnect

_LOCK: Final = "lock"
_POSTGRES: Final = "postgres"


class FolderInUse(DaymarkError):
    """The data folder is not empty, and a restore replaces nothing. Name an empty or new folder with --data."""


class RestoreNotWritten(DaymarkError):
    """The data folder could not be written. Correct what is named, delete the data folder, and run the command again."""


async def restore(settings: LocalSettings, backup: Path, *, sends_pending: bool, on_step: Callable[[str], object]) -> Manifest:
    """Fill the empty data folder from a backup. Unless it `sends_pending`, nothing that may have been sent since the backup is
    sent again. `on_step` gets what is being done.

    Raises:
        OtherServers: the configuration names servers of its own.
        NoBackup, BackupDamaged, NewerBackup: the backup cannot be used. Nothing was touched.
        FolderClosed: the user that runs PostgreSQL in place of root cannot reach the data folder. Nothing was touched.
        AlreadyRunning, FolderInUse: the data folder is in use. Nothing was touched.
        DatabaseNotRestored, StreamNotRestored: a server did not take its part.
        NoSpaceLeft, RestoreNotWritten: the data folder cannot be written.
    """
    refuse_other_servers(settings)
    on_step("checking the backup")
    manifest = read_backup(backup, known_migrations(), postgres_major=postgres_major())
    PostgresServer(settings.data / _POSTGRES).ensure_reachable()
    with _empty_folder(settings.data) as data:
        _restore_secrets(backup, manifest, data)
        on_step("restoring the database")
        await restore_database(
            data / _POSTGRES, backup / DATABASE_FILE, backed_up_at=manifest.started_at, sends_pending=sends_pending
        )
        await _restore_streams(settings, backup, manifest, on_step=on_step)
    return manifest


@contextmanager
def _empty_folder(data: Path) -> Iterator[Path]:
    """The folder, locked. As long as it holds the mark of an unfinished restore, `daymark up` refuses it.

    Raises:
        AlreadyRunning: another process holds it.
        FolderInUse: something is in it.
        NoSpaceLeft, RestoreNotWritten: the disk is full or refuses.
    """
    try:
        with lock_folder(data):
            if [path for path in data.iterdir() if path.name != _LOCK]:
                raise FolderInUse(str(data))
            mark = data / UNFINISHED_RESTORE
            write_durably(mark, "", mode=0o600)
            yield data
            sync_folder(data)
            mark.unlink()
            sync_folder(data)
    except OSError as failed:
        raise explain_os_error(failed, data, disk=data, otherwise=RestoreNotWritten) from None


def _restore_secrets(backup: Path, manifest: Manifest, data: Path) -> None:
    (data / SECRETS).mkdir(mode=0o700)
    for entry in manifest.secrets:
        write_durably(data / entry.name, (backup / entry.name).read_text(encoding="utf-8"), mode=0o600)


async def _restore_streams(
    settings: LocalSettings, backup: Path, manifest: Manifest, *, on_step: Callable[[str], object]
) -> None:
    server = NatsServer(settings.data / "nats", storage_max_bytes=settings.local.nats_storage_max_bytes)
    try:
        await server.start()
        connection = await connect(server.url, name="daymark-restore")
        try:
            for stream in manifest.streams:
                on_step(f"restoring {stream.name}")
                with (backup / stream.file_name).open("rb") as file:
                    await restore_stream(connection, stream, file)
            for consumer in manifest.consumers:
                await restore_consumer(connection, consumer)
        finally:
            await disconnect(connection)
    finally:
        await server.stop()
