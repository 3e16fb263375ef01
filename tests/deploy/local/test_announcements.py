"""A definition on its way through the running services: applied, announced, told, read, and known to have been."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.stage import Stage
from shared.jetstream.client import disconnect
from tests.deploy.local.test_daymark_up import CONFIGURATION, PLAYBOOK, ROSTER
from tests.house_of_its_own import LivingHouse, living_house

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC)
"""In Madrid: as Monday begins, and a second after Ana's work does."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[LivingHouse]:
    """On stepped time, with a file for nudges."""
    channel = f'[clock]\nmode = "stepped"\n[channels.file]\npath = "{tmp_path / "d" / "nudges.ndjson"}"\n'
    async with living_house(tmp_path / "d", CONFIGURATION + channel) as living:
        yield living


async def _told(house: LivingHouse) -> list[tuple[str, str | None, str | None]]:
    rows: list[dict[str, Any]] = json.loads(await house.command("playbook", "told", "--json"))
    return [(row["effective_from"], row["told_at"], row["acknowledged_at"]) for row in rows]


async def _is_shown_to_operators(house: LivingHouse) -> None:
    """Whom nobody has told yet, that no feed is quiet, and that the budget of false alerts cannot be checked yet."""
    _, doctor = await house.run("doctor")
    assert "1 of 1 reps of north were not told yet of the version in force" in doctor
    assert "ok    feeds: no team is silent that usually is not" in doctor
    assert "nobody of the team has fifteen worked days yet" in await house.command("calibrate", "--team", "north")


async def test_a_definition_is_told_and_read_and_both_are_known(house: LivingHouse, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text(ROSTER)
    (tmp_path / "first.yaml").write_text(PLAYBOOK)
    (tmp_path / "next.yaml").write_text(PLAYBOOK.replace("2020-01-01", "2026-03-03").replace("target: 2", "target: 3"))
    connection = await house.connect()
    stage = Stage(connection)
    await stage.step_to(SUNDAY)

    await house.command("roster", "apply", str(tmp_path / "roster.yaml"))
    applied = await house.command("playbook", "apply", str(tmp_path / "first.yaml"))
    assert "1 rep will be told of it in their working hours" in applied
    await stage.settle()
    assert await _told(house) == [("2020-01-01", None, None)]

    await _is_shown_to_operators(house)

    for instant in (MIDNIGHT, MONDAY_NINE):
        await stage.step_to(instant)
    await stage.settle()
    assert await _told(house) == [("2020-01-01", "2026-03-02T08:00:01Z", None)]
    (line,) = (house.folder / "nudges.ndjson").read_text().splitlines()
    link = json.loads(line)["url"]
    assert link == (await house.command("you", "ana")).strip()

    async with httpx.AsyncClient(follow_redirects=True) as client:
        page = (await client.get(link)).text
        (action,) = re.findall(r'action="[0-9a-f]+(/read/[0-9]+)"', page)
        answer = await client.post(link + action)
    assert "You said on Monday 2 March at 09:00 that you have read this." in answer.text
    await house.command("playbook", "apply", str(tmp_path / "next.yaml"))
    for _ in range(2):
        await stage.settle()
    assert await _told(house) == [
        ("2026-03-03", "2026-03-02T08:00:01Z", None),
        ("2020-01-01", "2026-03-02T08:00:01Z", "2026-03-02T08:00:01Z"),
    ]
    assert "everybody was told of what judges them" in (await house.run("doctor"))[1]
    listed = json.loads(await house.command("playbook", "list", "--json"))
    assert [(one["state"], one["announced"], one["told"], one["acknowledged"]) for one in listed] == [
        ("in force", 1, 1, 1),
        ("coming", 1, 1, 0),
    ]
    assert [one for one in house.log().splitlines() if link.rpartition("/")[2] in one] == []
    await disconnect(connection)
