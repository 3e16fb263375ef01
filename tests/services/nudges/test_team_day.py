"""The whole team has done the plan of a day: each of them hears of it, under a lock of their own."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.nudges.decide.compose import Spoken
from services.nudges.store import SCHEMA
from shared.events import DayReport, Person, Presence
from shared.postgres.pool import make_pool
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.reports import MONDAY, at, report

TUESDAY = MONDAY + timedelta(days=1)


def _of(rep: str, score: float | None = 100, **changes: Any) -> DayReport:
    given: dict[str, Any] = {"state": "open", "rep": Person(id=rep, name=rep.capitalize())}
    return report(**(given | changes), score=score)


async def _who_heard(nudging: Nudging) -> list[tuple[str, str]]:
    rows = await nudging.pool.fetch("SELECT person_id, status FROM nudge WHERE rule = 'team_day' ORDER BY person_id")
    return [tuple(row) for row in rows]


async def test_when_the_last_has_done_the_plan_each_hears_of_it_in_the_morning(nudging: Nudging) -> None:
    away, other = _of("dora", None, presence=Presence.ABSENT), _of("emil", 20, team=Person(id="south", name="South"))
    await nudging.take_in(_of("cleo", 60), _of("ana"), _of("ben"), away, other)
    assert await nudging.pass_time(nudging.now) == []

    await nudging.take_in(_of("cleo", revision=2))

    assert await nudging.pass_time(nudging.now) == [Spoken(rule="team_day", status="held")] * 3
    assert await _who_heard(nudging) == [("ana", "held"), ("ben", "held"), ("cleo", "held")]
    await nudging.take_in(*[_of(rep, 10, day=TUESDAY) for rep in ("ana", "ben", "cleo")])
    assert await nudging.pass_time(at(TUESDAY, "09:00")) == [Spoken(rule="team_day", status="sent")] * 3
    assert await nudging.pass_time(at(TUESDAY, "10:00")) == []


async def test_it_is_looked_at_once_however_often_the_day_is_reported_anew(nudging: Nudging) -> None:
    await nudging.take_in(_of("ana"), _of("ben"), _of("cleo"))
    await nudging.pass_time(nudging.now)

    await nudging.take_in(_of("ana", revision=2), _of("cleo", 120, revision=2))

    assert await nudging.pass_time(nudging.now) == []


async def test_who_seemed_to_be_all_before_another_was_known_of_is_looked_at_anew(nudging: Nudging) -> None:
    await nudging.take_in(_of("ana"), _of("ben"), _of("cleo"), _of("dora", 60))
    await nudging.pool.execute("UPDATE look SET done = true")

    await nudging.take_in(_of("dora", revision=2))

    await nudging.pass_time(nudging.now)
    assert [who for who, _ in await _who_heard(nudging)] == ["ana", "ben", "cleo", "dora"]


async def test_what_is_no_longer_true_in_the_morning_is_not_said(nudging: Nudging) -> None:
    await nudging.take_in(_of("ana"), _of("ben"), _of("cleo"))
    await nudging.pass_time(nudging.now)

    await nudging.take_in(_of("cleo", 90, revision=2), *[_of(rep, 10, day=TUESDAY) for rep in ("ana", "ben", "cleo")])

    await nudging.pass_time(at(TUESDAY, "09:00"))
    assert await _who_heard(nudging) == [("ana", "dropped"), ("ben", "dropped"), ("cleo", "dropped")]


@pytest.mark.parametrize(
    ("yesterday", "is_called"),
    [
        (_of("dora", 60, day=MONDAY - timedelta(days=1), timezone="America/Los_Angeles"), False),
        (_of("dora", 60, day=MONDAY - timedelta(days=1)), True),
        (_of("dora", 60, day=MONDAY - timedelta(days=7), timezone="America/Los_Angeles"), True),
    ],
    ids=["whose Monday has yet to begin", "who left yesterday", "who left long ago"],
)
async def test_it_waits_for_a_colleague(nudging: Nudging, yesterday: DayReport, is_called: bool) -> None:
    """At eight in the morning in Madrid it is Sunday in Los Angeles."""
    nudging.now = at(MONDAY, "08:00")
    await nudging.take_in(yesterday, _of("ana"), _of("ben"), _of("cleo"))

    await nudging.pass_time(nudging.now)

    assert bool(await _who_heard(nudging)) is is_called


async def test_two_who_are_the_last_at_once_do_not_overlook_each_other(nudging: Nudging) -> None:
    other = await make_pool(nudging.url, schema=SCHEMA)
    for number in range(10):
        day = MONDAY + timedelta(days=number)
        nudging.now = at(day, "12:00")
        await nudging.take_in(_of("ana", day=day))

        await asyncio.gather(nudging.take_in(_of("ben", day=day)), nudging.take_in(_of("cleo", day=day), pool=other))

        assert await nudging.pool.fetchval("SELECT count(*) FROM look WHERE moment = 'team_done' AND day = $1", day) == 3
    await other.close()
