"""A file is replaced as a whole, or stays as it was."""

import os
import stat
from pathlib import Path

import pytest

from deploy.local.servers.durable_files import write_durably


def test_a_file_is_created_and_replaced_with_its_mode(tmp_path: Path) -> None:
    for text in ("first", "second"):
        write_durably(tmp_path / "file", text, mode=0o600)

        assert (tmp_path / "file").read_text() == text
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_durably(tmp_path / "file", "first")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(OSError, match="No space left"):
        write_durably(tmp_path / "file", "second")

    assert (tmp_path / "file").read_text() == "first"
    assert len(list(tmp_path.iterdir())) == 1
