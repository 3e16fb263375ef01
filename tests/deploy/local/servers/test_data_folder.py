"""The data folder: one process at a time, and secrets that are created once."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.servers.data_folder import AlreadyRunning, ensure_secret, lock_folder, make_folder
from tests.folders import needs_root


def test_a_folder_is_used_by_one_process_at_a_time(tmp_path: Path) -> None:
    with lock_folder(tmp_path), pytest.raises(AlreadyRunning), lock_folder(tmp_path):
        pass

    with lock_folder(tmp_path):
        pass


def test_a_secret_is_created_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = ensure_secret(tmp_path, "link-secret")
    secret = file.read_text()

    assert ensure_secret(tmp_path, "link-secret").read_text() == secret
    assert len(secret) == 64
    assert ensure_secret(tmp_path, "api-token").read_text() != secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_that_a_power_cut_has_emptied_is_created_again(tmp_path: Path) -> None:
    ensure_secret(tmp_path, "link-secret").write_text("")

    assert len(ensure_secret(tmp_path, "link-secret").read_text()) == 64


@pytest.fixture
def _closed_by_default() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@needs_root
@pytest.mark.usefixtures("_closed_by_default")
def test_other_users_may_enter_a_folder_that_root_creates_and_no_other(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")

    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path / "a" / "b", tmp_path / "a")] == [0o711, 0o711]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

    tmp_path.joinpath("a").chmod(0o700)
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "c")

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
