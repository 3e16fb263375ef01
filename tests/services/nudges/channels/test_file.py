"""The file of nudges."""

import fcntl
import json
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from services.nudges.deliver.channels.channel import Delivered, TryLater
from services.nudges.deliver.channels.file import FileChannel
from shared.events import Nudge
from tests.services.nudges.reports import nudge


async def test_a_nudge_is_one_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"

    assert await FileChannel(path).send(nudge(), attempts=1) == Delivered()

    (line,) = path.read_text().splitlines()
    assert Nudge.model_validate_json(line) == nudge()


async def test_a_second_attempt_does_not_repeat_a_line_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    await FileChannel(path).send(nudge(), attempts=1)

    await FileChannel(path).send(nudge(), attempts=2)

    assert len(path.read_text().splitlines()) == 1


async def test_a_line_goes_to_the_file_that_stands_there_when_its_turn_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "nudges.ndjson", fcntl.flock
    path.touch()

    def replaced_while_waiting(file: BinaryIO, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        path.unlink()
        path.touch()
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", replaced_while_waiting)
    await FileChannel(path).send(nudge(), attempts=1)

    assert len(path.read_text().splitlines()) == 1


async def test_a_line_torn_by_a_crash_is_written_again_whole(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    path.write_bytes(nudge().model_dump_json().encode()[:50])

    await FileChannel(path).send(nudge(), attempts=2)

    assert json.loads(path.read_text().splitlines()[1])["id"] == nudge().id


async def test_a_file_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    outcome = await FileChannel(tmp_path).send(nudge(), attempts=1)

    assert isinstance(outcome, TryLater)
    assert stat.S_ISDIR(tmp_path.stat().st_mode)
