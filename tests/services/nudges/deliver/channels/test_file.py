"""The file of nudges."""

import fcntl
import json
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from services.nudges.deliver.channel import Delivered, TryLater
from services.nudges.deliver.channels.file import FileChannel, find_file_channel
from services.nudges.deliver.channels.inbox import InboxChannel
from shared.events import Mention, Nudge
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA


async def test_a_nudge_is_one_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"

    assert await FileChannel(path).send(make_nudge(), attempts=1) == Delivered()

    (line,) = path.read_text().splitlines()
    assert Nudge.model_validate_json(line) == make_nudge()


async def test_a_second_attempt_does_not_repeat_a_line_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    await FileChannel(path).send(make_nudge(), attempts=1)

    await FileChannel(path).send(make_nudge(), attempts=2)

    assert len(path.read_text().splitlines()) == 1


async def test_a_line_goes_to_the_file_that_is_there_when_its_turn_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "nudges.ndjson", fcntl.flock
    path.touch()

    def replace_file_while_waiting(file: BinaryIO, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        path.unlink()
        path.touch()
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", replace_file_while_waiting)
    await FileChannel(path).send(make_nudge(), attempts=1)

    assert len(path.read_text().splitlines()) == 1


async def test_a_line_that_a_crash_cut_off_is_written_again_whole(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    path.write_bytes(make_nudge().model_dump_json().encode()[:50])

    await FileChannel(path).send(make_nudge(), attempts=2)

    assert json.loads(path.read_text().splitlines()[1])["id"] == make_nudge().id


async def test_a_file_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    outcome = await FileChannel(tmp_path).send(make_nudge(), attempts=1)

    assert isinstance(outcome, TryLater)
    assert stat.S_ISDIR(tmp_path.stat().st_mode)


async def test_erasing_a_person_removes_lines_to_them_about_them_and_from_them_whole_or_torn(tmp_path: Path) -> None:
    path = tmp_path / "nudges.ndjson"
    channel = FileChannel(path)
    for nudge in (
        make_nudge("to-ana"),
        make_nudge("to-ben", person=BEN),
        make_nudge("about-ana", person=MARA, about=(Mention(id=ANA.id),)),
        make_nudge("from-ana", person=MARA, sender=ANA),
    ):
        await channel.send(nudge, attempts=1)
    with path.open("a") as file:
        file.write('{"id":"torn","person":{"id":"ana"\n')

    assert await channel.erase(ANA.id) == 4

    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == ["to-ben"]


async def test_erasing_from_a_file_that_is_not_there_removes_nothing(tmp_path: Path) -> None:
    assert await FileChannel(tmp_path / "nudges.ndjson").erase(ANA.id) == 0


def test_the_file_channel_is_found_among_the_others(tmp_path: Path) -> None:
    file = FileChannel(tmp_path / "nudges.ndjson")

    assert find_file_channel({"inbox": InboxChannel(), "file": file}) is file
    assert find_file_channel({"inbox": InboxChannel()}) is None
