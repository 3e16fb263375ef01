"""The programs of PostgreSQL, in the wheel or in a copy that its user can reach."""

import shutil
from pathlib import Path

import pytest

from deploy.local.servers.postgres.account import Account, server_account
from deploy.local.servers.postgres.programs import PROGRAMS, find_programs
from tests.folders import needs_root, open_to_everybody


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """An installation in a folder that only root may enter, as `/root` is."""
    open_to_everybody(tmp_path)
    package = tmp_path / "closed" / "wheel"
    programs = package / "pginstall" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").write_text('#!/bin/sh\ncat "$(dirname "$0")/../../../wheel.libs/libpq.so"\n')
    (programs / "postgres").chmod(0o700)
    libraries = tmp_path / "closed" / "wheel.libs"
    libraries.mkdir()
    (libraries / "libpq.so.5").write_text("library")
    (libraries / "libpq.so").symlink_to("libpq.so.5")
    (tmp_path / "closed").chmod(0o700)
    return package


def test_programs_that_can_be_reached_are_run_where_they_are(tmp_path: Path) -> None:
    assert find_programs(Account(), copies=tmp_path / "copies") == PROGRAMS
    assert not (tmp_path / "copies").exists()


@needs_root
def test_programs_in_a_closed_folder_are_copied_once_to_where_their_user_can_run_them(closed: Path, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    programs = find_programs(server_account(), package=closed, copies=copies)

    with (tmp_path / "output").open("w+b") as output:
        assert server_account().launch(programs / "postgres", output=output).wait() == 0
        output.seek(0)
        assert output.read() == b"library"
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700
    assert len(list(copies.iterdir())) == 1

    shutil.rmtree(closed)
    assert find_programs(server_account(), package=closed, copies=copies) == programs
    assert (programs / "postgres").exists()


@needs_root
def test_a_copy_that_others_could_have_changed_is_refused(closed: Path, tmp_path: Path) -> None:
    find_programs(server_account(), package=closed, copies=tmp_path / "copies")
    (copy,) = (tmp_path / "copies").iterdir()
    copy.chmod(0o777)

    with pytest.raises(PermissionError, match="must belong to root"):
        find_programs(server_account(), package=closed, copies=tmp_path / "copies")
