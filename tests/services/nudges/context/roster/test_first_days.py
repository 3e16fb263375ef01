"""Whose first day it is, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.context.roster.first_days import list_first_days
from shared.events import DayReport, Presence, Rep, RepId
from tests.services.nudges.builders.days import MONDAY, working_days
from tests.services.nudges.builders.people import ANA, BEN, SOUTH, rep
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rows import Rows

CLEO = rep("Cleo Fox")
SUNDAY = MONDAY - timedelta(days=1)
TWO_WEEKS_AGO = MONDAY - timedelta(days=14)


async def _first_days(pool: asyncpg.Pool, *of_reps: Rep) -> frozenset[RepId]:
    async with pool.acquire() as connection:
        return await list_first_days(connection, [rep.id for rep in of_reps or (ANA, BEN, CLEO)], MONDAY)


@pytest.fixture
async def team(rows: Rows) -> Rows:
    """Ben has been in the team for five weeks, and everybody works today."""
    for day in (*[report(day, rep=BEN) for day in working_days(25)], open_report(rep=BEN)):
        await rows.add_day(day)
    return rows


async def test_it_is_the_first_day_of_a_rep_who_joins_a_team(pool: asyncpg.Pool, team: Rows) -> None:
    await team.add_day(open_report())
    await team.add_day(open_report(rep=CLEO).model_copy(update={"day": MONDAY + timedelta(days=1)}))

    assert await _first_days(pool) == {"ana"}
    assert await _first_days(pool, BEN, CLEO) == set()


@pytest.mark.parametrize(
    ("before", "is_first"),
    [
        (report(SUNDAY, score=None, count=0, presence=Presence.DAY_OFF), True),
        (report(SUNDAY, score=None, count=0, presence=Presence.HOLIDAY), True),
        (report(SUNDAY, score=None, count=0, presence=Presence.NOT_EMPLOYED), True),
        (report(SUNDAY, score=None, count=1, presence=Presence.DAY_OFF), False),
        (report(SUNDAY, score=None, count=1, first=None, presence=Presence.DAY_OFF), False),
        (report(SUNDAY, score=None, count=0), False),
        (report(SUNDAY, score=None, count=0, presence=Presence.ABSENT), False),
        (report(TWO_WEEKS_AGO - timedelta(days=300)), False),
        (report(TWO_WEEKS_AGO, team=SOUTH), False),
        (report(MONDAY + timedelta(days=1)), True),
    ],
    ids=[
        "a day off",
        "a holiday",
        "before they were employed",
        "active on a day off",
        "active on a day off, at a time that is not known",
        "at work, before there was a playbook",
        "on leave",
        "at work long ago",
        "at work in another team",
        "tomorrow",
    ],
)
async def test_what_came_before_decides(pool: asyncpg.Pool, team: Rows, before: DayReport, *, is_first: bool) -> None:
    await team.add_day(open_report())
    await team.add_day(before)

    assert await _first_days(pool) == ({"ana"} if is_first else set())


@pytest.mark.parametrize("today", [report(MONDAY, score=None, count=0), report(TWO_WEEKS_AGO)], ids=["no target", "not there"])
async def test_a_rep_who_does_not_work_today_has_no_first_day(pool: asyncpg.Pool, team: Rows, today: DayReport) -> None:
    await team.add_day(today)

    assert await _first_days(pool) == set()


@pytest.mark.parametrize(
    ("bens", "is_first"),
    [
        ([report(TWO_WEEKS_AGO, rep=BEN)], True),
        ([report(TWO_WEEKS_AGO + timedelta(days=1), rep=BEN)], False),
        ([report(TWO_WEEKS_AGO, rep=BEN, silent=True)], False),
        ([report(TWO_WEEKS_AGO, rep=BEN, score=None)], False),
        ([report(TWO_WEEKS_AGO, rep=BEN, team=SOUTH)], False),
        ([report(MONDAY - timedelta(days=41), rep=BEN)], True),
        ([report(MONDAY - timedelta(days=42), rep=BEN)], False),
        ([], False),
    ],
    ids=[
        "two weeks",
        "a day less",
        "imported days",
        "days before the first playbook",
        "another team",
        "nobody but the newcomers for six weeks less a day",
        "nobody but the newcomers for six weeks",
        "Daymark was installed today",
    ],
)
async def test_the_team_must_have_been_there_for(
    pool: asyncpg.Pool, rows: Rows, bens: list[DayReport], *, is_first: bool
) -> None:
    for day in (*bens, open_report()):
        await rows.add_day(day)

    assert await _first_days(pool) == ({"ana"} if is_first else set())


async def test_when_most_of_a_team_is_new_there_are_no_first_days(pool: asyncpg.Pool, team: Rows) -> None:
    await team.add_day(open_report())
    assert await _first_days(pool) == {"ana"}

    await team.add_day(open_report(rep=CLEO))
    assert await _first_days(pool) == set()

    for day in (TWO_WEEKS_AGO, MONDAY):
        await team.add_day(report(day, rep=rep("Dora Lee")))
    assert await _first_days(pool) == {"ana", "cleo"}


async def test_those_who_come_tomorrow_do_not_count(pool: asyncpg.Pool, team: Rows) -> None:
    for name in ("Dora Lee", "Emi Sato"):
        await team.add_day(report(MONDAY + timedelta(days=1), rep=rep(name)))
    await team.add_day(open_report())

    assert await _first_days(pool) == {"ana"}
