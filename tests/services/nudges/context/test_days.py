"""Days as they were last reported, and whether a whole team has done the plan."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.nudges.context.days import (
    find_day,
    find_newest_day,
    list_teammates_done,
    list_unworked_before,
    list_worked_before,
)
from shared.events import DayReport, Presence, Rep
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN, SOUTH, rep
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rows import Rows

CLEO, DORA = rep("Cleo Fox"), rep("Dora Poe")
SUNDAY = MONDAY - timedelta(days=1)
EVENING = at(MONDAY, "18:00")
LOS_ANGELES = "America/Los_Angeles"


async def test_the_report_of_a_day_and_of_the_newest_day_are_found(pool: asyncpg.Pool, rows: Rows) -> None:
    monday, tuesday = report(MONDAY), report(TUESDAY)
    for day in (tuesday, monday, report(TUESDAY + timedelta(days=1), rep=BEN)):
        await rows.add_day(day)

    assert await find_day(pool, ANA.id, MONDAY) == monday
    assert await find_day(pool, ANA.id, SUNDAY) is None
    assert await find_day(pool, CLEO.id, MONDAY) is None
    assert await find_newest_day(pool, ANA.id) == tuesday
    assert await find_newest_day(pool, CLEO.id) is None


async def test_worked_days_before_a_day_are_listed_newest_first(pool: asyncpg.Pool, rows: Rows) -> None:
    older, newer = (report(day) for day in working_days(2))
    await rows.add_day(older)
    await rows.add_day(newer)
    await rows.add_day(report(MONDAY))
    await rows.add_day(report(SUNDAY, score=None))
    await rows.add_day(report(SUNDAY - timedelta(days=1), presence=Presence.ABSENT))
    await rows.add_day(report(SUNDAY, rep=BEN))

    async with pool.acquire() as connection:
        assert await list_worked_before(connection, ANA.id, MONDAY) == [newer, older]


async def test_a_hundred_and_fifty_worked_days_are_loaded(pool: asyncpg.Pool, rows: Rows) -> None:
    days = working_days(151)
    for day in days:
        await rows.add_day(report(day))

    async with pool.acquire() as connection:
        worked = await list_worked_before(connection, ANA.id, MONDAY)

    assert [day.day for day in worked] == days[:0:-1]


def _done(of_rep: Rep) -> DayReport:
    return report(score=100, state="open", rep=of_rep)


async def _teammates_done(pool: asyncpg.Pool, rows: Rows, *others: DayReport, now: datetime = EVENING) -> Sequence[str]:
    """Who has done the plan on Monday with everybody else, after Ana, Ben and Cleo have."""
    for day in (*others, *(_done(of_rep) for of_rep in (BEN, ANA, CLEO))):
        await rows.add_day(day)
    async with pool.acquire() as connection:
        return await list_teammates_done(connection, _done(ANA), now=now)


async def test_all_who_have_done_the_plan_are_listed_by_id(pool: asyncpg.Pool, rows: Rows) -> None:
    assert await _teammates_done(pool, rows) == ("ana", "ben", "cleo")


@pytest.mark.parametrize(
    "other",
    [
        report(score=20, rep=DORA, team=SOUTH),
        report(SUNDAY, score=20, rep=ANA),
        report(score=None, count=0, rep=DORA, presence=Presence.ABSENT),
        report(score=20, count=0, rep=DORA, presence=Presence.ABSENT),
        report(TUESDAY, score=20, rep=BEN),
        report(SUNDAY, score=20, rep=DORA),
        report(MONDAY - timedelta(days=7), score=20, rep=DORA, timezone=LOS_ANGELES),
    ],
    ids=[
        "another team's rep",
        "an earlier day",
        "a rep on leave",
        "a rep on leave whose part of the day had a target",
        "a later day",
        "a rep whose Monday has begun but was never opened, so that they have left",
        "a rep last seen a week ago",
    ],
)
async def test_nobody_waits_for(pool: asyncpg.Pool, rows: Rows, other: DayReport) -> None:
    """It is eight in the morning in Madrid, and Sunday in Los Angeles."""
    assert await _teammates_done(pool, rows, other, now=at(MONDAY, "08:00")) == ("ana", "ben", "cleo")


@pytest.mark.parametrize(
    "other",
    [
        report(score=99.99, rep=DORA),
        report(SUNDAY, rep=DORA, timezone=LOS_ANGELES),
        report(MONDAY - timedelta(days=6), rep=DORA, timezone=LOS_ANGELES),
    ],
    ids=[
        "a rep who has not done the plan",
        "a rep whose Monday has yet to begin",
        "a rep last seen six days ago whose Monday has yet to begin",
    ],
)
async def test_everybody_waits_for(pool: asyncpg.Pool, rows: Rows, other: DayReport) -> None:
    assert await _teammates_done(pool, rows, other, now=at(MONDAY, "08:00")) == ()


async def test_a_rep_whose_monday_is_reported_already_has_begun_it(pool: asyncpg.Pool, rows: Rows) -> None:
    """Dora's Monday is known although it is still Sunday in Los Angeles by this clock."""
    sunday, monday = (report(day, score=100, rep=DORA, timezone=LOS_ANGELES) for day in (SUNDAY, MONDAY))

    assert await _teammates_done(pool, rows, sunday, monday, now=at(MONDAY, "08:00")) == ("ana", "ben", "cleo", "dora")


@pytest.mark.parametrize(
    ("now", "teammates"),
    [
        (datetime(2026, 3, 2, 7, 59, 59, tzinfo=UTC), ()),
        (datetime(2026, 3, 2, 8, tzinfo=UTC), ("ana", "ben", "cleo")),
    ],
    ids=["the second before midnight", "midnight"],
)
async def test_a_day_begins_at_midnight_where_the_rep_is(
    pool: asyncpg.Pool, rows: Rows, now: datetime, teammates: Sequence[str]
) -> None:
    in_los_angeles = report(SUNDAY, rep=DORA, timezone=LOS_ANGELES)

    assert await _teammates_done(pool, rows, in_los_angeles, now=now) == teammates


async def test_the_days_off_before_a_day_go_back_to_the_last_day_at_work(pool: asyncpg.Pool, rows: Rows) -> None:
    """Of leave that began long ago, a holiday and a weekend; another rep's leave and Ana's own before the last day at work are
    left out."""
    presences = [Presence.ABSENT, Presence.WORKING, Presence.ABSENT, Presence.HOLIDAY, Presence.DAY_OFF, Presence.ABSENT]
    days = [
        report(MONDAY - timedelta(days=len(presences) - number), score=None, presence=presence)
        for number, presence in enumerate(presences)
    ]
    bens = [report(days[2].day, rep=BEN, presence=Presence.ABSENT), report(days[5].day, rep=BEN)]
    for day in (report(MONDAY - timedelta(days=10)), *days, open_report(presence=Presence.ABSENT), *bens):
        await rows.add_day(day)
    await rows.ignore_indexes()

    async with pool.acquire() as connection:
        assert await list_unworked_before(connection, ANA.id, MONDAY) == days[:1:-1]
        assert await list_unworked_before(connection, ANA.id, days[1].day) == days[:1]
        assert await list_unworked_before(connection, BEN.id, days[3].day) == bens[:1]
