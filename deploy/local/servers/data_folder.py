"""The data folder of `daymark up`: used by one process at a time, and home of the secrets that nobody configured."""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shared.errors import DaymarkError

_SECRET_BYTES: Final = 32


class AlreadyRunning(DaymarkError):
    """Another `daymark up` uses this data folder. Stop it, or choose another folder with --data."""


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the folder for this process. The kernel releases it when the process ends.

    Raises:
        AlreadyRunning: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(folder)) from None
        yield


def ensure_secret(folder: Path, name: str) -> Path:
    """The file of a random secret. It is created on first use, readable by its owner only."""
    path = folder / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(_SECRET_BYTES))
    return path
