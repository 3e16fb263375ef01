"""Doubts about the roster, on a real database."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.nudges.context.roster.roster_doubts import (
    list_all_roster_doubts,
    list_roster_doubts,
    list_rostered_days,
    list_rostered_reps,
)
from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt, RosteredDay
from shared.events import DayReport, Presence, Rep, Team
from shared.requests.nudges import RosterDoubtRow
from tests.services.nudges.builders.days import MONDAY, working_days
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rows import Rows

FRIDAY, LONG_AGO = MONDAY - timedelta(days=3), date(2025, 6, 2)


async def _work(rows: Rows, of_rep: Rep, *weekdays: int, team: Team = NORTH) -> None:
    """Seven weeks with something on these weekdays, after a day with something; and today, which has just begun."""
    days = [report(day, rep=of_rep, team=team, count=int(day.weekday() in weekdays)) for day in working_days(35)]
    for day in (*days, report(LONG_AGO, rep=of_rep, team=team), open_report(rep=of_rep, team=team)):
        await rows.add_day(day)


async def test_the_doubts_about_the_reps_of_some_teams_are_listed(pool: asyncpg.Pool, rows: Rows) -> None:
    await _work(rows, ANA, 1, 2, 3)
    await _work(rows, BEN, team=SOUTH)
    doubt = RosterDoubt(rep_id=ANA.id, kind=DoubtKind.WEEKDAYS, days=30, empty=12, workdays=(1, 2, 3))

    assert await list_roster_doubts(pool, {NORTH.id}, today=MONDAY) == [doubt]


async def test_all_teams_are_listed_with_their_doubts(pool: asyncpg.Pool, rows: Rows) -> None:
    await _work(rows, ANA, 0, 1, 2, 3, 4, team=SOUTH)
    await _work(rows, BEN, 1, 2)

    north, south = (await list_all_roster_doubts(pool, today=MONDAY)).teams

    assert (north.team, north.name, north.reps) == ("north", "North", 1)
    assert north.doubts == (RosterDoubtRow(rep=BEN.id, kind="weekdays", days=30, empty=18, workdays=("tue", "wed")),)
    assert (south.team, south.name, south.reps, south.doubts) == ("south", "South", 1, ())


@pytest.mark.parametrize(
    ("newest", "is_rostered"),
    [
        (report(MONDAY - timedelta(days=2)), True),
        (report(MONDAY - timedelta(days=3)), False),
        (open_report(presence=Presence.ABSENT), True),
        (open_report(presence=Presence.NOT_EMPLOYED), False),
        (open_report(team=SOUTH), False),
    ],
    ids=["the day before yesterday", "longer ago", "on leave", "has left", "in another team now"],
)
async def test_those_are_in_the_roster_of_whom_a_day_was_opened_lately(
    pool: asyncpg.Pool, rows: Rows, newest: DayReport, *, is_rostered: bool
) -> None:
    await rows.add_day(report(FRIDAY))
    await rows.add_day(newest)
    await rows.ignore_indexes()

    assert bool(await list_rostered_reps(pool, {NORTH.id}, today=MONDAY)) is is_rostered


async def test_reps_are_listed_by_id_in_the_team_that_they_are_in_now(pool: asyncpg.Pool, rows: Rows) -> None:
    for day in (report(FRIDAY, rep=BEN), open_report(rep=BEN), open_report(team=SOUTH), report(MONDAY - timedelta(days=1))):
        await rows.add_day(day)
    await rows.ignore_indexes()

    listed = await list_rostered_reps(pool, None, today=MONDAY)

    assert [(rep.rep_id, rep.team_id, rep.team_name) for rep in listed] == [
        ("ana", "south", "South"),
        ("ben", "north", "North"),
    ]
    assert [rep.rep_id for rep in await list_rostered_reps(pool, {NORTH.id}, today=MONDAY)] == ["ben"]


async def test_a_rep_is_known_since_their_first_activity_or_else_their_first_working_day(
    pool: asyncpg.Pool, rows: Rows
) -> None:
    days = working_days(4)
    for day in (
        report(days[0], count=0),
        report(days[2], count=1),
        report(days[1], count=1),
        report(days[0], rep=BEN, score=None, count=0),
        report(days[3], rep=BEN, count=0),
        report(days[2], rep=BEN, count=0),
        open_report(),
        open_report(rep=BEN),
    ):
        await rows.add_day(day)
    await rows.ignore_indexes()

    ana, ben = await list_rostered_reps(pool, None, today=MONDAY)

    assert (ana.known_since, ben.known_since) == (days[1], days[2])


async def test_the_worked_days_that_are_over_are_listed(pool: asyncpg.Pool, rows: Rows) -> None:
    days = working_days(4)
    for day in (
        report(days[0]),
        report(days[3], count=0),
        report(days[1]),
        report(days[2], score=None),
        report(days[1], rep=BEN, team=SOUTH),
        open_report(),
    ):
        await rows.add_day(day)
    await rows.ignore_indexes()
    anas = [
        RosteredDay(rep_id=ANA.id, team_id=NORTH.id, day=days[1], is_active=True),
        RosteredDay(rep_id=ANA.id, team_id=NORTH.id, day=days[3], is_active=False),
    ]

    assert await list_rostered_days(pool, {NORTH.id}, since=days[1]) == anas
    listed = await list_rostered_days(pool, None, since=days[1])
    assert listed == [*anas, RosteredDay(rep_id=BEN.id, team_id=SOUTH.id, day=days[1], is_active=True)]


async def test_activities_that_are_known_by_their_date_alone_are_activities(pool: asyncpg.Pool, rows: Rows) -> None:
    for day in (*working_days(35), LONG_AGO):
        await rows.add_day(report(day, count=3, first=None))
    await rows.add_day(open_report())

    assert await list_roster_doubts(pool, {NORTH.id}, today=MONDAY) == []
