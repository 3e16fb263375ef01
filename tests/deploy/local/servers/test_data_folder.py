"""The data folder: one process at a time, and secrets that are created once."""

import stat
from pathlib import Path

import pytest

from deploy.local.servers.data_folder import AlreadyRunning, ensure_secret, lock_folder


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
