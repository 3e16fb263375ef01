"""A team whose data stops arriving is noticed, and nobody is blamed until it arrives again, on a real database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import pytest
from structlog.testing import capture_logs

from services.nudges.context.silent_feeds import list_silent_feeds
from services.nudges.context.watch_feeds import watch_feeds
from shared.events import Rep
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.people import make_rep
from tests.services.nudges.builders.reports import behaviour, report
from tests.services.nudges.builders.rows import Rows

TEAM: Final = tuple(make_rep(name.lower(), f"{name} Ruiz") for name in ("Ana", "Ben", "Cleo", "Dan"))
SINCE: Final = at(MONDAY, "10:30")
MINUTE: Final = timedelta(minutes=1)
TUESDAY: Final = MONDAY + timedelta(days=1)


async def _add_work(rows: Rows, *, days: int = 10, reps: Sequence[Rep] = TEAM, first_seen: str = "10:00") -> None:
    """Worked days on which data first arrived at that time, and then a Monday without any."""
    for day in working_days(days):
        for rep in reps:
            await rows.add_day(report(day, rep=rep), first_seen={"calls": at(day, first_seen)})
    for rep in reps:
        await _add_monday(rows, rep)


async def _add_monday(rows: Rows, rep: Rep, first_seen: Mapping[str, datetime] | None = None) -> None:
    lines = (behaviour("Calls", 0),)
    await rows.add_day(report(MONDAY, state="open", score=0, count=0, rep=rep, behaviours=lines), first_seen=first_seen)


async def _silent_since(rows: Rows) -> list[datetime]:
    return [feed.since for feed in (await list_silent_feeds(rows.pool)).feeds]


async def test_a_silent_team_is_noticed_when_its_silence_is_unusual(rows: Rows) -> None:
    await _add_work(rows)

    await watch_feeds(rows.pool, now=at(MONDAY, "09:59"))
    assert await _silent_since(rows) == []
    with capture_logs() as logs:
        await watch_feeds(rows.pool, now=SINCE)
        await watch_feeds(rows.pool, now=SINCE + MINUTE)

    (feed,) = (await list_silent_feeds(rows.pool)).feeds
    assert (feed.team, feed.name, feed.behaviour, feed.since) == ("north", "North", "", SINCE)
    assert feed.because.startswith("nothing has arrived from any of the 4 reps at work; on each of their last 10 shared days")
    assert [(log["event"], log["log_level"], log["team"]) for log in logs] == [("feed_silent", "error", "north")]


@pytest.mark.parametrize(
    ("days", "reps", "first_seen"),
    [(9, TEAM, "10:00"), (10, TEAM[:2], "10:00"), (10, TEAM, "12:00")],
    ids=["nine days are known", "two are at work", "data usually arrives later"],
)
async def test_silence_is_not_unusual_when(rows: Rows, days: int, reps: Sequence[Rep], first_seen: str) -> None:
    await _add_work(rows, days=days, reps=reps, first_seen=first_seen)

    await watch_feeds(rows.pool, now=SINCE)

    assert await _silent_since(rows) == []


async def test_data_of_one_rep_is_enough(rows: Rows) -> None:
    await _add_work(rows)
    await _add_monday(rows, TEAM[3], {"calls": at(MONDAY, "09:30")})

    await watch_feeds(rows.pool, now=SINCE)

    assert await _silent_since(rows) == []


async def test_imported_history_tells_nothing_about_when_data_arrives(rows: Rows) -> None:
    for rep in TEAM:
        for day in working_days(10):
            await rows.add_day(report(day, rep=rep, silent=True))
        await _add_monday(rows, rep)

    await watch_feeds(rows.pool, now=SINCE)

    assert await _silent_since(rows) == []


async def _add_work_of_two_kinds(rows: Rows, *, first_calls: Sequence[str] = ("10:00",) * 10) -> None:
    """Worked days on which mails arrived at ten and calls at these times, and a Monday with mails alone."""
    for day, first_call in zip(working_days(10), first_calls, strict=True):
        for rep in TEAM:
            lines = behaviour("Calls", 5), behaviour("Mails", 5)
            first_seen = {"mails": at(day, "10:00"), "calls": at(day, first_call)}
            await rows.add_day(report(day, rep=rep, behaviours=lines), first_seen=first_seen)
    for rep in TEAM:
        await _add_monday_of_two_kinds(rows, rep, {"mails": at(MONDAY, "09:30")})


async def _add_monday_of_two_kinds(rows: Rows, rep: Rep, first_seen: Mapping[str, datetime]) -> None:
    lines = behaviour("Calls", 0), behaviour("Mails", 3)
    await rows.add_day(report(MONDAY, state="open", score=20, rep=rep, behaviours=lines), first_seen=first_seen)


async def test_a_silent_behaviour_is_noticed_and_named(rows: Rows) -> None:
    await _add_work_of_two_kinds(rows)

    await watch_feeds(rows.pool, now=SINCE)

    (feed,) = (await list_silent_feeds(rows.pool)).feeds
    assert (feed.team, feed.behaviour, feed.since) == ("north", "Calls", SINCE)
    assert feed.because.startswith("no calls have arrived from any of the 4 reps at work")


async def test_it_recovers_with_the_first_data_of_that_behaviour_and_not_with_another(rows: Rows) -> None:
    await _add_work_of_two_kinds(rows)
    await watch_feeds(rows.pool, now=SINCE)
    await watch_feeds(rows.pool, now=SINCE + 6 * MINUTE)
    assert await _silent_since(rows) == [SINCE]

    await _add_monday_of_two_kinds(rows, TEAM[1], {"mails": at(MONDAY, "09:30"), "calls": SINCE + 6 * MINUTE})
    with capture_logs() as logs:
        await watch_feeds(rows.pool, now=SINCE + 7 * MINUTE)

    assert await _silent_since(rows) == []
    (line,) = logs
    assert (line["event"], line["team"], line["behaviour"]) == ("feed_recovered", "north", "calls")


async def test_a_behaviour_that_once_began_later_is_not_missed_yet(rows: Rows) -> None:
    await _add_work_of_two_kinds(rows, first_calls=("10:45", *("10:00",) * 9))

    await watch_feeds(rows.pool, now=SINCE)

    assert await _silent_since(rows) == []


async def test_when_a_whole_team_is_silent_its_behaviours_are_not_named_as_well(rows: Rows) -> None:
    await _add_work_of_two_kinds(rows)
    for rep in TEAM:
        await _add_monday_of_two_kinds(rows, rep, {})

    await watch_feeds(rows.pool, now=SINCE)

    assert [feed.behaviour for feed in (await list_silent_feeds(rows.pool)).feeds] == [""]


async def test_silence_lasts_overnight_and_ends_with_late_data_for_the_day(rows: Rows) -> None:
    await _add_work(rows)
    await watch_feeds(rows.pool, now=SINCE)
    for rep in TEAM:
        await rows.add_day(report(TUESDAY, state="open", score=0, count=0, rep=rep))
    await watch_feeds(rows.pool, now=at(TUESDAY, "09:00"))
    assert await _silent_since(rows) == [SINCE]

    await _add_monday(rows, TEAM[2], {"calls": at(TUESDAY, "09:01")})
    await watch_feeds(rows.pool, now=at(TUESDAY, "09:05"))

    assert await _silent_since(rows) == []


async def test_each_team_is_watched_by_itself(rows: Rows) -> None:
    await _add_work(rows)
    await rows.pool.execute(
        "INSERT INTO day (rep_id, day, revision, report, first_seen_at, first_seen)"
        ' SELECT \'south-\' || rep_id, day, revision, jsonb_set(report, \'{team}\', \'{"id": "south", "name": "South"}\'),'
        " first_seen_at, first_seen FROM day WHERE day < $1",
        MONDAY,
    )

    await watch_feeds(rows.pool, now=SINCE)

    assert [feed.team for feed in (await list_silent_feeds(rows.pool)).feeds] == ["north"]
