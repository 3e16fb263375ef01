"""The programs of PostgreSQL, in the wheel or in a copy that its user can reach."""

import os
from pathlib import Path

import pytest

from deploy.local.servers.postgres.account import Account, server_account
from deploy.local.servers.postgres.programs import PROGRAMS, find_programs
from tests.folders import open_to_everybody

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """An installation in a folder that only root may enter, as `/root` is."""
    open_to_everybody(tmp_path)
    programs = tmp_path / "closed" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (programs.parent / "lib").mkdir()
    (programs / "postgres").write_text("#!/bin/sh\necho started\n")
    (programs / "postgres").chmod(0o700)
    (programs.parent / "lib" / "libpq.so").symlink_to("libpq.so.5")
    (tmp_path / "closed").chmod(0o700)
    return programs.parent


def test_programs_that_can_be_reached_are_run_where_they_are(tmp_path: Path) -> None:
    assert find_programs(Account(), copies=tmp_path / "copies") == PROGRAMS
    assert not (tmp_path / "copies").exists()


@needs_root
def test_programs_in_a_closed_folder_are_copied_once_to_where_their_user_can_run_them(closed: Path, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    programs = find_programs(server_account(), installation=closed, copies=copies)

    with (tmp_path / "output").open("w+b") as output:
        assert server_account().launch(programs / "postgres", output=output).wait() == 0
    assert (programs.parent / "lib" / "libpq.so").is_symlink()
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700
    assert len(list(copies.iterdir())) == 1

    (closed / "bin" / "postgres").unlink()
    assert find_programs(server_account(), installation=closed, copies=copies) == programs
    assert (programs / "postgres").exists()


@needs_root
def test_a_copy_that_others_could_have_changed_is_refused(closed: Path, tmp_path: Path) -> None:
    programs = find_programs(server_account(), installation=closed, copies=tmp_path / "copies")
    programs.parent.chmod(0o777)

    with pytest.raises(PermissionError, match="must belong to root"):
        find_programs(server_account(), installation=closed, copies=tmp_path / "copies")
