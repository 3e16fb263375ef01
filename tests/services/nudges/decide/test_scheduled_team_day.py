"""The whole team has done the plan of a day: each of them receives a nudge, under a lock of their own."""

import asyncio
from datetime import timedelta
from typing import Unpack

from services.nudges.schema import SCHEMA
from shared.events import DayReport, Presence
from shared.postgres.pool import make_pool
from tests.services.nudges.conftest import Nudging, outcomes
from tests.services.nudges.days import MONDAY, TUESDAY, at
from tests.services.nudges.reports import SOUTH, DayReportFields, rep, report

TEAM = ("Ana", "Ben", "Cleo")


def _day(name: str, score: float | None = 100, *, later: int = 0, **fields: Unpack[DayReportFields]) -> DayReport:
    """A rep's Monday, or a later day."""
    default: DayReportFields = {"state": "open", "rep": rep(name)}
    return report(MONDAY + timedelta(days=later), score=score, **(default | fields))


async def _received(nudging: Nudging) -> list[tuple[str, str]]:
    rows = await nudging.pool.fetch("SELECT person_id, status FROM nudge WHERE rule = 'team_day' ORDER BY person_id")
    return [(row["person_id"], row["status"]) for row in rows]


async def test_when_the_last_has_done_the_plan_each_of_them_receives_it_in_the_morning(nudging: Nudging) -> None:
    away, other = _day("Dora", None, presence=Presence.ABSENT), _day("Emil", 20, team=SOUTH)
    await nudging.take_in(_day("Cleo", 60), _day("Ana"), _day("Ben"), away, other)
    assert await nudging.pass_time(nudging.now) == []

    await nudging.take_in(_day("Cleo", revision=2))

    assert await nudging.pass_time(nudging.now) == outcomes(*[("team_day", "deferred")] * 3)
    assert await _received(nudging) == [("ana", "deferred"), ("ben", "deferred"), ("cleo", "deferred")]
    await nudging.take_in(*[_day(name, 10, later=1) for name in TEAM])
    assert await nudging.pass_time(at(TUESDAY, "09:00")) == outcomes(*[("team_day", "sent")] * 3)
    assert await nudging.pass_time(at(TUESDAY, "10:00")) == []


async def test_it_is_checked_once_however_often_the_day_is_reported(nudging: Nudging) -> None:
    await nudging.take_in(*map(_day, TEAM))
    await nudging.pass_time(nudging.now)

    await nudging.take_in(_day("Ana", revision=2), _day("Cleo", 120, revision=2))

    assert await nudging.pass_time(nudging.now) == []


async def test_a_team_that_turns_out_to_be_larger_is_checked_again(nudging: Nudging) -> None:
    await nudging.take_in(*map(_day, TEAM), _day("Dora", 60))
    await nudging.pool.execute("UPDATE scheduled_check SET is_done = true")

    await nudging.take_in(_day("Dora", revision=2))

    await nudging.pass_time(nudging.now)
    assert [person_id for person_id, _ in await _received(nudging)] == ["ana", "ben", "cleo", "dora"]


async def test_what_no_longer_holds_in_the_morning_is_not_sent(nudging: Nudging) -> None:
    await nudging.take_in(*map(_day, TEAM))
    await nudging.pass_time(nudging.now)

    await nudging.take_in(_day("Cleo", 90, revision=2), *[_day(name, 10, later=1) for name in TEAM])

    await nudging.pass_time(at(TUESDAY, "09:00"))
    assert await _received(nudging) == [("ana", "suppressed"), ("ben", "suppressed"), ("cleo", "suppressed")]


async def test_two_who_are_the_last_at_once_do_not_overlook_each_other(nudging: Nudging) -> None:
    other = await make_pool(nudging.url, schema=SCHEMA)
    for later in range(10):
        day = MONDAY + timedelta(days=later)
        nudging.now = at(day, "12:00")
        await nudging.take_in(_day("Ana", later=later))

        await asyncio.gather(nudging.take_in(_day("Ben", later=later)), nudging.take_in(_day("Cleo", later=later), pool=other))

        count = "SELECT count(*) FROM scheduled_check WHERE moment = 'team_done' AND day = $1"
        assert await nudging.pool.fetchval(count, day) == 3
    await other.close()
