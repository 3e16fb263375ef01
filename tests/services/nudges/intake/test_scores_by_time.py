"""What is stored of when which score of a day was known, and who learns that a day has changed."""

import asyncio
import json

import pytest

from shared.events import DayReport
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import BEN, SOUTH, make_team, rep
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.conftest import Nudging

WEST = make_team("west")
ZOE = rep("Zoe Zed")


async def _known(nudging: Nudging) -> dict[str, str]:
    known: dict[str, str] = json.loads(await nudging.pool.fetchval("SELECT score_by_quarter_hour FROM day"))
    return known


async def _take_in_at(nudging: Nudging, local: str, day: DayReport) -> None:
    nudging.now = at(MONDAY, local)
    await nudging.take_in(day)


async def test_the_last_score_of_each_quarter_of_an_hour_stays_known(nudging: Nudging) -> None:
    await _take_in_at(nudging, "00:00", open_report())
    await _take_in_at(nudging, "10:01", report(score=10, state="open", revision=2))
    await _take_in_at(nudging, "10:14", report(score=20.5, state="open", revision=4))
    await _take_in_at(nudging, "10:14", report(score=15, state="open", revision=3))
    await _take_in_at(nudging, "10:15", report(score=10, state="open", revision=5))

    assert await _known(nudging) == {"0": "0", "40": "20.5", "41": "10"}


async def test_what_comes_after_the_day_was_not_known_on_it(nudging: Nudging) -> None:
    await _take_in_at(nudging, "16:00", report(score=10, state="open"))
    nudging.now = at(TUESDAY, "09:00")

    await nudging.take_in(report(score=100, revision=2))

    assert await _known(nudging) == {"64": "10"}


@pytest.mark.parametrize("day", [report(silent=True), report(score=None)], ids=["imported", "without a target"])
async def test_of_a_day_nothing_was_known(nudging: Nudging, day: DayReport) -> None:
    await nudging.take_in(day)

    assert await _known(nudging) == {}


async def test_whoever_listens_learns_which_teams_have_changed_once_it_is_committed(nudging: Nudging) -> None:
    changed: asyncio.Queue[str] = asyncio.Queue()

    def note(_: object, __: int, ___: str, team_id: object) -> None:
        changed.put_nowait(str(team_id))

    async with nudging.pool.acquire() as connection:
        await connection.add_listener("changed_teams", note)

        await nudging.take_in_together(open_report(), open_report(rep=BEN, team=SOUTH), report(rep=ZOE, team=WEST, silent=True))
        await nudging.take_in(open_report())
        await nudging.take_in(open_report(revision=2))

        learned = [await changed.get() for _ in range(3)]
        await connection.remove_listener("changed_teams", note)

    assert learned == ["north", "south", "north"]
    assert changed.empty()
