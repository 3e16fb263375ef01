"""The queries of silent feeds, clause by clause, on a real database."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from services.nudges.context.silent_feeds import (
    WHOLE_FEED,
    RecoveredFeed,
    RepFeed,
    add_silent_feed,
    delete_recovered_feeds,
    list_first_seen,
    list_reps_at_work,
    list_silent_feeds,
)
from shared.events import BehaviourKey, DayReport, Presence, RepId, TeamId
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.builders.rows import Rows

CALLS, MAILS = BehaviourKey("calls"), BehaviourKey("mails")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
TEN = at(MONDAY, "10:00")


def _feed(team: str = "north", behaviour_key: BehaviourKey = WHOLE_FEED, label: str = "", *, rep_id: RepId = ANA.id) -> RepFeed:
    return RepFeed(
        rep_id=rep_id,
        day=MONDAY,
        team_id=TeamId(team),
        team_name=team.title(),
        behaviour=behaviour_key,
        label=label,
        work_starts_at=at(MONDAY, "09:00"),
        has_data=False,
    )


async def _at_work(rows: Rows, now: datetime = TEN) -> list[tuple[str, str, bool]]:
    return [(feed.rep_id, feed.behaviour, feed.has_data) for feed in await list_reps_at_work(rows.pool, now=now)]


async def test_a_rep_at_work_has_one_feed_for_everything_and_one_for_each_behaviour_with_a_target(rows: Rows) -> None:
    lines = (behaviour("Calls", 0), behaviour("Mails", 0, target=1), behaviour("Demos", 3, target=0))
    await rows.add_day(open_report(behaviours=lines), first_seen={"mails": at(MONDAY, "09:30")})

    feeds = await list_reps_at_work(rows.pool, now=TEN)

    assert [(feed.behaviour, feed.label, feed.has_data) for feed in feeds] == [
        ("", "", True),
        ("calls", "Calls", False),
        ("mails", "Mails", True),
    ]
    assert {(feed.team_id, feed.team_name, feed.work_starts_at) for feed in feeds} == {("north", "North", at(MONDAY, "09:00"))}


@pytest.mark.parametrize(
    ("now", "is_at_work"),
    [
        (at(MONDAY, "09:00") - SECOND, False),
        (at(MONDAY, "09:00"), True),
        (at(MONDAY, "17:00") - SECOND, True),
        (at(MONDAY, "17:00"), False),
    ],
)
async def test_a_rep_is_at_work_inside_their_working_time(rows: Rows, now: datetime, is_at_work: bool) -> None:
    await rows.add_day(open_report())

    assert bool(await _at_work(rows, now)) is is_at_work


@pytest.mark.parametrize(
    "report",
    [
        report(MONDAY, state="closed", score=0, count=0),
        open_report(presence=Presence.ABSENT, work_starts_at=at(MONDAY, "09:00"), work_ends_at=at(MONDAY, "17:00")),
        report(MONDAY, state="open", score=None, count=0),
    ],
    ids=["a closed day", "an absence", "a day without a target"],
)
async def test_nobody_is_at_work_on(rows: Rows, report: DayReport) -> None:
    await rows.add_day(report)

    assert await _at_work(rows) == []


async def test_feeds_are_grouped_by_team_and_behaviour(rows: Rows) -> None:
    for rep, team in ((BEN, NORTH), (ANA, NORTH)):
        await rows.add_day(open_report(rep=rep, team=team))
    await rows.add_day(open_report(rep=ANA.model_copy(update={"id": "aaron"}), team=SOUTH))

    assert [(rep, key) for rep, key, _ in await _at_work(rows)] == [
        ("ana", ""),
        ("ben", ""),
        ("ana", "calls"),
        ("ben", "calls"),
        ("aaron", ""),
        ("aaron", "calls"),
    ]


async def _first_seen(rows: Rows, *, behaviour_key: BehaviourKey = WHOLE_FEED) -> dict[date, timedelta | None]:
    """Of Ana's days before Monday."""
    return (await list_first_seen(rows.pool, [_feed()], behaviour=behaviour_key))[ANA.id]


async def test_the_first_arrival_of_each_day_is_counted_from_the_start_of_work(rows: Rows) -> None:
    thursday, friday = working_days(2)
    await rows.add_day(report(thursday), first_seen={"calls": at(thursday, "10:30"), "mails": at(thursday, "08:45")})
    await rows.add_day(report(friday), first_seen={"calls": at(friday, "09:10")})

    assert await _first_seen(rows) == {thursday: timedelta(minutes=-15), friday: timedelta(minutes=10)}
    assert await _first_seen(rows, behaviour_key=CALLS) == {thursday: timedelta(minutes=90), friday: timedelta(minutes=10)}
    assert await _first_seen(rows, behaviour_key=MAILS) == {thursday: timedelta(minutes=-15), friday: None}


async def test_a_day_on_which_nothing_counted_is_silent_and_an_imported_one_is_left_out(rows: Rows) -> None:
    thursday, friday = working_days(2)
    await rows.add_day(report(thursday, count=0))
    await rows.add_day(report(friday, count=1))

    assert await _first_seen(rows) == {thursday: None}


@pytest.mark.parametrize(
    "changes",
    [{"presence": Presence.ABSENT, "work_starts_at": at(MONDAY, "09:00")}, {"score": None}],
    ids=["an absence", "no target"],
)
async def test_only_worked_days_tell_about_a_reps_rhythm(rows: Rows, changes: dict[str, object]) -> None:
    (friday,) = working_days(1)
    closed_day = report(friday).model_copy(update=changes)
    await rows.add_day(closed_day, first_seen={"calls": at(friday, "09:10")})

    assert await _first_seen(rows) == {}


async def test_days_before_the_current_one_and_at_most_sixty_days_back_are_known(rows: Rows) -> None:
    for days in (0, 1, 60, 61):
        day = MONDAY - days * DAY
        await rows.add_day(report(day), first_seen={"calls": at(day, "09:10")})

    assert set(await _first_seen(rows)) == {MONDAY - DAY, MONDAY - 60 * DAY}


async def test_the_twenty_newest_days_of_each_rep_are_known(rows: Rows) -> None:
    days = working_days(21)
    for rep in (ANA, BEN):
        for day in days:
            await rows.add_day(report(day, rep=rep), first_seen={"calls": at(day, "09:10")})
    feeds = [_feed(), _feed(rep_id=BEN.id)]

    first_seen = await list_first_seen(rows.pool, feeds, behaviour=WHOLE_FEED)

    assert set(first_seen[ANA.id]) == set(first_seen[BEN.id]) == set(days[1:])


async def test_a_feed_becomes_silent_once_and_is_listed_by_team_and_behaviour(pool: asyncpg.Pool) -> None:
    feeds = (_feed("south"), _feed("north", MAILS, "Mails"), _feed("north", CALLS, "Calls"), _feed("north", CALLS, "Calls"))

    is_new = [await add_silent_feed(pool, feed, because="nothing arrived", now=TEN) for feed in feeds]

    assert is_new == [True, True, True, False]
    listed = (await list_silent_feeds(pool)).feeds
    assert [(feed.team, feed.name, feed.behaviour) for feed in listed] == [
        ("north", "North", "Calls"),
        ("north", "North", "Mails"),
        ("south", "South", ""),
    ]
    assert {(feed.since, feed.because) for feed in listed} == {(TEN, "nothing arrived")}


@pytest.mark.parametrize(("arrived_at", "has_recovered"), [(TEN - SECOND, False), (TEN, True), (TEN + SECOND, True)])
async def test_a_feed_recovers_with_the_first_arrival_since(rows: Rows, arrived_at: datetime, has_recovered: bool) -> None:
    await add_silent_feed(rows.pool, _feed(), because="", now=TEN)
    await rows.add_day(open_report(), first_seen={"calls": arrived_at})

    recovered = await delete_recovered_feeds(rows.pool)

    expected = [RecoveredFeed(team_id=NORTH.id, behaviour=WHOLE_FEED, since=TEN)]
    assert recovered == (expected if has_recovered else [])
    assert len((await list_silent_feeds(rows.pool)).feeds) == (not has_recovered)


async def test_a_silent_behaviour_recovers_only_with_an_arrival_of_its_own(rows: Rows) -> None:
    for key, label in ((CALLS, "Calls"), (MAILS, "Mails")):
        await add_silent_feed(rows.pool, _feed("north", key, label), because="", now=TEN)
    await rows.add_day(open_report(), first_seen={"mails": TEN, "calls": TEN - SECOND})

    recovered = await delete_recovered_feeds(rows.pool)

    assert [feed.behaviour for feed in recovered] == ["mails"]


async def test_another_teams_data_does_not_end_the_silence(rows: Rows) -> None:
    await add_silent_feed(rows.pool, _feed("north"), because="", now=TEN)
    await rows.add_day(open_report(team=SOUTH), first_seen={"calls": TEN})

    assert await delete_recovered_feeds(rows.pool) == []


@pytest.mark.parametrize(("age_days", "has_recovered"), [(14, True), (15, False)])
async def test_late_data_for_a_day_up_to_two_weeks_before_ends_the_silence(
    rows: Rows, age_days: int, has_recovered: bool
) -> None:
    await add_silent_feed(rows.pool, _feed(), because="", now=TEN)
    await rows.add_day(report(MONDAY - age_days * DAY), first_seen={"calls": TEN + SECOND})

    assert bool(await delete_recovered_feeds(rows.pool)) is has_recovered
