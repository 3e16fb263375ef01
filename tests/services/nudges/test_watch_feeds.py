"""A team that nothing is heard of is noticed, and nobody is blamed until something is heard again, on a real database."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.nudges.context.list_silent_feeds import list_quiet_feeds
from services.nudges.context.load_context import quiet_feed_of
from services.nudges.decide.compose import Spoken
from services.nudges.outbox import measure_queues
from shared.events import DayReport, Person
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.reports import MONDAY, announcement, at, behaviour, report, working_days

TEAM = tuple(Person(id=name.lower(), name=f"{name} Ruiz") for name in ("Ana", "Ben", "Cleo", "Dan"))
SINCE = at(MONDAY, "10:30")


async def _work(nudging: Nudging, *, days: int = 10, at_work: Sequence[Person] = TEAM, heard_at: str = "10:00") -> None:
    """Worked days of which something was heard at that time, and then a Monday of which nothing is."""
    for day in working_days(days):
        nudging.now = at(day, heard_at)
        await nudging.take_in(*[report(day, rep=rep, first=heard_at) for rep in at_work])
    nudging.now = at(MONDAY, "00:01")
    await nudging.take_in(*[_silent(rep) for rep in at_work])


def _silent(rep: Person = TEAM[0], day: date = MONDAY) -> DayReport:
    return report(day, rep=rep, score=0, count=0, state="open")


async def _quiet_since(nudging: Nudging) -> list[datetime]:
    return [feed.since for feed in (await list_quiet_feeds(nudging.pool)).quiet]


async def test_a_team_that_nothing_is_heard_of_is_noticed_when_that_is_unusual(nudging: Nudging) -> None:
    await _work(nudging)

    await nudging.pass_time(at(MONDAY, "09:59"))
    assert await _quiet_since(nudging) == []
    await nudging.pass_time(SINCE)

    (feed,) = (await list_quiet_feeds(nudging.pool)).quiet
    assert (feed.team, feed.name, feed.behaviour, feed.since) == ("north", "North", "", SINCE)
    assert feed.because.startswith("nothing is heard of any of the 4 who work now; on their last 10 days")


async def test_it_is_shown_as_a_metric_until_something_is_heard(nudging: Nudging) -> None:
    await _work(nudging)
    await nudging.pass_time(SINCE)
    shown = 'daymark_nudges_feed_quiet{team="north"} 1.0'

    await measure_queues(nudging.pool, ["recorder"], nudging.clock(), nudging.metrics)
    assert shown in generate_latest(nudging.metrics.registry).decode()

    await nudging.take_in(report(state="open", rep=TEAM[3], revision=2))
    await nudging.pass_time(SINCE + timedelta(minutes=1))
    await measure_queues(nudging.pool, ["recorder"], nudging.clock(), nudging.metrics)
    assert "feed_quiet{" not in generate_latest(nudging.metrics.registry).decode()


@pytest.mark.parametrize(
    "history",
    [{"days": 9}, {"at_work": TEAM[:2]}, {"heard_at": "12:00"}],
    ids=["nine days are known", "two are at work", "what came in was heard of later"],
)
async def test_it_is_not_unusual_when(nudging: Nudging, history: dict[str, object]) -> None:
    await _work(nudging, **history)  # type: ignore[arg-type]

    await nudging.pass_time(SINCE)

    assert await _quiet_since(nudging) == []


async def test_one_who_is_heard_of_is_enough(nudging: Nudging) -> None:
    await _work(nudging)
    await nudging.take_in(report(state="open", rep=TEAM[3], revision=2))

    await nudging.pass_time(SINCE)

    assert await _quiet_since(nudging) == []


async def test_history_that_is_brought_in_says_nothing_of_when_it_was_heard_of(nudging: Nudging) -> None:
    await nudging.take_in(*[report(day, rep=rep, silent=True) for day in working_days(10) for rep in TEAM])
    await nudging.take_in(*map(_silent, TEAM))

    await nudging.pass_time(SINCE)

    assert await _quiet_since(nudging) == []


def _day(rep: Person, day: date, *, calls: int, mails: int, **changes: Any) -> DayReport:
    asked = behaviour("Calls", calls, 10), behaviour("Mails", mails, 10)
    return report(day, rep=rep, behaviours=asked, count=calls + mails, **changes)


async def _work_of_two_kinds(nudging: Nudging, *, calls_at: Sequence[str] = ("10:00",) * 10) -> None:
    """Worked days of which mails were heard at ten and calls when it says, and a Monday with mails alone."""
    for day, heard_at in zip(working_days(10), calls_at, strict=True):
        nudging.now = at(day, "10:00")
        await nudging.take_in(*[_day(rep, day, calls=0, mails=5) for rep in TEAM])
        nudging.now = at(day, heard_at)
        await nudging.take_in(*[_day(rep, day, calls=5, mails=5, revision=2) for rep in TEAM])
    nudging.now = at(MONDAY, "09:30")
    await nudging.take_in(*[_day(rep, MONDAY, calls=0, mails=3, score=20, state="open") for rep in TEAM])


async def test_one_behaviour_that_nothing_is_heard_of_is_noticed_and_named(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await _work_of_two_kinds(nudging)
    await nudging.pass_time(SINCE)

    (feed,) = (await list_quiet_feeds(nudging.pool)).quiet

    assert (feed.team, feed.behaviour, feed.since) == ("north", "Calls", SINCE)
    assert feed.because.startswith("no calls are heard of any of the 4 who work now")
    async with nudging.pool.acquire() as connection:
        assert await quiet_feed_of(connection, _silent()) == "North (calls)"


async def test_it_ends_with_the_first_of_that_behaviour_and_not_with_another(nudging: Nudging) -> None:
    await _work_of_two_kinds(nudging)
    await nudging.pass_time(SINCE)
    nudging.now = SINCE + timedelta(minutes=5)
    await nudging.take_in(_day(TEAM[0], MONDAY, calls=0, mails=4, score=25, state="open", revision=2))
    await nudging.pass_time(SINCE + timedelta(minutes=6))
    assert await _quiet_since(nudging) == [SINCE]

    await nudging.take_in(_day(TEAM[1], MONDAY, calls=1, mails=4, score=30, state="open", revision=2))
    await nudging.pass_time(SINCE + timedelta(minutes=7))

    assert await _quiet_since(nudging) == []


async def test_a_behaviour_that_once_began_later_is_not_missed_yet(nudging: Nudging) -> None:
    await _work_of_two_kinds(nudging, calls_at=("10:45", *("10:00",) * 9))

    await nudging.pass_time(SINCE)

    assert await _quiet_since(nudging) == []


async def _quiet_at_midday(nudging: Nudging) -> None:
    await nudging.know(announcement(), delivered_at=at(date(2026, 1, 2), "10:00"))
    await _work(nudging)
    await nudging.pass_time(SINCE)
    assert await nudging.pass_time(at(MONDAY, "13:00")) == [
        Spoken(rule="quiet_afternoon", status=status) for status in ("held", "dropped", "dropped", "dropped")
    ]


async def test_a_quiet_day_is_not_held_against_anybody_while_the_feed_is_quiet(nudging: Nudging) -> None:
    await _quiet_at_midday(nudging)

    held = [row for row in await nudging.nudges() if row[1] == "held"]

    assert held == [("quiet_afternoon", "held", "the feed of North is quiet")]


async def test_what_was_held_is_judged_anew_when_the_feed_is_back_and_is_no_longer_true(nudging: Nudging) -> None:
    await _quiet_at_midday(nudging)
    nudging.now = at(MONDAY, "14:00")
    await nudging.take_in(report(state="open", rep=TEAM[0], revision=2))

    assert await nudging.pass_time(at(MONDAY, "14:01")) == [Spoken(rule="quiet_afternoon", status="dropped")]
    assert ("quiet_afternoon", "dropped", "no longer true") in await nudging.nudges()


async def test_what_was_held_is_said_when_the_feed_is_back_and_it_still_is_true(nudging: Nudging) -> None:
    await _quiet_at_midday(nudging)
    nudging.now = at(MONDAY, "14:00")
    await nudging.take_in(report(state="open", rep=TEAM[1], revision=2))

    assert await nudging.pass_time(at(MONDAY, "14:01")) == [Spoken(rule="quiet_afternoon", status="sent")]


async def test_it_lasts_over_night_and_ends_with_a_late_record_of_the_day(nudging: Nudging) -> None:
    await _work(nudging)
    await nudging.pass_time(SINCE)
    tuesday = MONDAY + timedelta(days=1)
    await nudging.take_in(*[_silent(rep, tuesday) for rep in TEAM])
    await nudging.pass_time(at(tuesday, "09:00"))
    assert await _quiet_since(nudging) == [SINCE]

    await nudging.take_in(report(rep=TEAM[2], revision=3))
    await nudging.pass_time(at(tuesday, "09:05"))

    assert await _quiet_since(nudging) == []


async def test_what_was_heard_of_a_day_stays_heard_when_it_is_taken_back(nudging: Nudging) -> None:
    await _work(nudging)
    await nudging.take_in(report(state="open", rep=TEAM[3], revision=2))
    await nudging.take_in(_silent(TEAM[3]).model_copy(update={"revision": 3, "score": Decimal(0)}))

    await nudging.pass_time(SINCE)

    assert await _quiet_since(nudging) == []
