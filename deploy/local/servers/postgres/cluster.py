"""The data folder of a PostgreSQL server: it is complete, or it is made again.

`initdb` works in a folder beside it, which takes its name only when everything is on disk.
"""

import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Final

import structlog

from deploy.local.servers.durable_files import sync_folder
from deploy.local.servers.postgres.account import Account
from shared.errors import DaymarkError

_log = structlog.get_logger()
_FIRST_DATABASE_OF_USERS: Final = 16384
"""The lowest number of a database that `initdb` has not made."""
_LAST_DATABASE_OF_INITDB: Final = "5"
_OPTIONS: Final = ("--auth=trust", "--auth-local=trust", "--encoding=utf8", "--username=postgres")
_TEMPORARY: Final = ".new-"


class ClusterDamaged(DaymarkError):
    """The folder holds databases, but files are missing without which PostgreSQL cannot read them. Restore the folder from a
    backup. To begin with an empty database instead, move the folder away."""


class ClusterNotMade(DaymarkError):
    """`initdb` could not make the database's folder. Check whether the disk is full, and read the last lines of its output."""


def ensure_cluster(folder: Path, account: Account, programs: Path) -> None:
    """Make the folder with `initdb` from the folder of programs, unless it is complete. One that an interrupted `initdb` has
    left is renamed, not deleted.

    Raises:
        ClusterDamaged: the folder holds databases and cannot be used.
        ClusterNotMade: `initdb` failed.
        OSError: the disk is full or refuses.
    """
    if _is_complete(folder):
        return
    if _has_databases_of_users(folder):
        raise ClusterDamaged(str(folder))
    if folder.exists():
        _rename_unfinished(folder)
    for remains in folder.parent.glob(f"{folder.name}{_TEMPORARY}*"):
        shutil.rmtree(remains, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=f"{folder.name}{_TEMPORARY}", dir=folder.parent))
    account.adopt(new)
    _initialise(new, account, programs)
    new.rename(folder)
    sync_folder(folder.parent)


def _is_complete(folder: Path) -> bool:
    """Whether `initdb` got to its end. It makes the database `postgres` last, but an operator may have removed that since."""
    version, control = folder / "PG_VERSION", folder / "global" / "pg_control"
    if not (version.is_file() and version.stat().st_size and control.is_file() and control.stat().st_size):
        return False
    return _has_databases_of_users(folder) or (folder / "base" / _LAST_DATABASE_OF_INITDB / "PG_VERSION").is_file()


def _has_databases_of_users(folder: Path) -> bool:
    databases = (entry.name for entry in (folder / "base").glob("*"))
    return any(name.isdecimal() and int(name) >= _FIRST_DATABASE_OF_USERS for name in databases)


def _rename_unfinished(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
        return
    unfinished = folder.with_name(f"{folder.name}.unfinished-{secrets.token_hex(4)}")
    folder.rename(unfinished)
    message = (
        f"{folder}: It was never completely initialised. It is now {unfinished}, and is made again. You can delete the former."
    )
    _log.warning("postgres_folder_unfinished", message=message)


def _initialise(folder: Path, account: Account, programs: Path) -> None:
    with tempfile.TemporaryFile() as output:
        process = account.launch(programs / "initdb", "-D", str(folder), *_OPTIONS, output=output)
        if process.wait() == 0:
            return
        output.seek(0)
        lines = output.read().decode(errors="replace").splitlines()
    shutil.rmtree(folder, ignore_errors=True)
    raise ClusterNotMade(f"{folder} ({' '.join(lines[-3:])})")
