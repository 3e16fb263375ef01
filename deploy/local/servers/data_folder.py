"""The data folder of `daymark up`: used by one process at a time, home of the secrets that nobody configured, and marked if a
restore did not complete."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from deploy.local.servers.durable_files import sync_folder, write_durably
from shared.errors import DaymarkError

_SECRET_BYTES: Final = 32
UNFINISHED_RESTORE: Final = "restore-unfinished"
"""The file that a data folder holds until everything of a backup is in it."""
_LAST_BACKUP: Final = "last-backup"
_ENTER: Final = stat.S_IXGRP | stat.S_IXOTH


class AlreadyRunning(DaymarkError):
    """Another `daymark up` uses this data folder. Stop it, or choose another folder with --data."""


class RestoreUnfinished(DaymarkError):
    """A restore into this data folder was interrupted. Delete the folder, and run `daymark restore` again."""


def refuse_unfinished_restore(folder: Path) -> None:
    """Check that a data folder is whole.

    Raises:
        RestoreUnfinished: only a part of a backup is in it.
    """
    if (folder / UNFINISHED_RESTORE).exists():
        raise RestoreUnfinished(str(folder))


def make_folder(folder: Path) -> None:
    """As root, other users may enter (not list) what is created here: PostgreSQL runs as one of them. What it and others keep
    secret has a closed folder of its own in it."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for part in missing if os.geteuid() == 0 else ():
        part.chmod(stat.S_IMODE(part.stat().st_mode) | _ENTER)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the folder for this process. The kernel releases it when the process ends.

    Raises:
        AlreadyRunning: another process holds it.
    """
    make_folder(folder)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(folder)) from None
        yield


def ensure_secret(folder: Path, name: str) -> Path:
    """The file of a random secret. It is created on first use, readable by its owner only. An empty one is what a power cut or
    a full disk has left of an earlier attempt: nobody has used it.

    Raises:
        OSError: the file cannot be written.
    """
    path = folder / "secrets" / name
    if not path.exists() or not path.stat().st_size:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, secrets.token_hex(_SECRET_BYTES), mode=0o600)
        sync_folder(folder)
    return path


def note_backup(folder: Path, *, now: datetime) -> None:
    """A backup of the folder was made.

    Raises:
        OSError: that cannot be written down.
    """
    write_durably(folder / _LAST_BACKUP, now.isoformat())


def read_last_backup(folder: Path) -> datetime | None:
    """When the last backup of the folder was begun; None if there was none."""
    try:
        return datetime.fromisoformat((folder / _LAST_BACKUP).read_text().strip())
    except (OSError, ValueError):
        return None
