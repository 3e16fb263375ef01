"""Whom a PostgreSQL server lets in: its administrator by the user of the operating system, every other role by its password."""

import os
import pwd
from pathlib import Path
from typing import Final

from deploy.local.servers.durable_files import write_durably
from deploy.local.servers.postgres.account import Account

_HOSTS: Final = """\
# Written by `daymark up` at each start.
# The administrator is the user of the operating system that runs the server or Daymark. Other roles need their passwords.
local all postgres {administrator}
local all all scram-sha-256
"""
_BY_USER: Final = "peer map=daymark"
_BY_FOLDER: Final = "trust"
"""Where a user has no name, as in some containers, it cannot be compared. The folder of the socket is closed to all others."""


def write_client_access(folder: Path, account: Account) -> None:
    """Write who is let in. The server reads it when it starts.

    Raises:
        OSError: the disk is full or refuses.
    """
    names = _names_of({os.geteuid(), os.geteuid() if account.uid is None else account.uid})
    hosts = _HOSTS.format(administrator=_BY_USER if names else _BY_FOLDER)
    users = "".join(f'daymark "{name}" postgres\n' for name in names)
    for file, text in ((folder / "pg_hba.conf", hosts), (folder / "pg_ident.conf", users)):
        if not file.exists() or file.read_text() != text:
            write_durably(file, text, mode=0o600)
            account.adopt(file)


def _names_of(user_ids: set[int]) -> list[str]:
    """Empty if one of them has no name."""
    try:
        return sorted(pwd.getpwuid(user_id).pw_name for user_id in user_ids)
    except KeyError:
        return []
