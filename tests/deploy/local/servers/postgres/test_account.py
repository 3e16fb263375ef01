"""The user that runs PostgreSQL in place of root."""

import os
import stat
from pathlib import Path

import pytest

from deploy.local.servers.postgres.account import Account, FolderClosed, server_account
from tests.folders import needs_root, open_to_everybody


@needs_root
def test_the_first_folder_that_is_closed_to_the_user_is_named_and_stays_closed(tmp_path: Path) -> None:
    open_to_everybody(tmp_path)
    closed = tmp_path / "a" / "closed"
    (closed / "b").mkdir(parents=True)
    (tmp_path / "a").chmod(0o711)
    closed.chmod(0o700)

    with pytest.raises(FolderClosed, match=f"^{closed}: "):
        server_account().ensure_reachable(closed / "b" / "not there yet")

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_a_folder_that_every_user_may_enter_is_reachable(tmp_path: Path) -> None:
    open_to_everybody(tmp_path)

    server_account().ensure_reachable(tmp_path / "not there yet")


def test_without_root_postgres_runs_as_the_same_user(tmp_path: Path) -> None:
    Account().ensure_reachable(tmp_path)
    Account().adopt(tmp_path)

    assert tmp_path.stat().st_uid == os.geteuid()
