"""A rep's ladder, from report to report, and what is said of its steps."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.nudges.decide.compose import Spoken
from services.nudges.store import list_ladders
from shared.events import DayReport
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.reports import MONDAY, at, goal, report, worked_days

TUESDAY = MONDAY + timedelta(days=1)
APRIL = date(2026, 4, 1)


def _day(count: int, day: date = MONDAY, revision: int = 1, **changes: Any) -> DayReport:
    first = changes.pop("first", date(2026, 3, 1))
    return report(day, state="open", goals=(goal(count, period_start=first),), revision=revision, **changes)


async def _ladders(nudging: Nudging) -> list[tuple[date, int, Decimal]]:
    return [(one.period_start, one.reached, one.size) for one in await list_ladders(nudging.pool, "ana")]


async def test_a_step_that_is_reached_is_said_once_and_the_next_is_kept(nudging: Nudging) -> None:
    await nudging.take_in(_day(0), _day(29, revision=2))
    assert await nudging.nudges() == []

    await nudging.take_in(_day(30, revision=3), _day(31, revision=4), _day(31, score=100, revision=5))

    assert await nudging.nudges() == [("step_reached", "sent", "")]
    assert await _ladders(nudging) == [(date(2026, 3, 1), 30, Decimal(30))]


async def test_the_next_step_grows_with_what_the_last_weeks_held(nudging: Nudging) -> None:
    weeks = [
        day.model_copy(update={"silent": True, "goals": (goal(10 * (number + 1), period_start=date(2026, 2, 1)),)})
        for number, day in enumerate(worked_days(*[60] * 11))
    ]

    await nudging.take_in(*weeks, _day(0), _day(30, revision=2))

    assert await _ladders(nudging) == [(date(2026, 3, 1), 30, Decimal(33))]
    assert "63" in await nudging.pool.fetchval("SELECT text FROM nudge")


async def test_a_step_reached_after_hours_is_said_in_the_morning_also_of_the_month_before(nudging: Nudging) -> None:
    last = APRIL - timedelta(days=1)
    nudging.now = at(last, "18:00")
    await nudging.take_in(_day(0, last), _day(30, last, revision=2), _day(0, APRIL, first=APRIL))

    assert await nudging.pass_time(at(APRIL, "09:00")) == [Spoken(rule="step_reached", status="sent")]

    assert "30 in the new month" in await nudging.pool.fetchval("SELECT text FROM nudge")
    assert await _ladders(nudging) == [(APRIL, 0, Decimal(30)), (date(2026, 3, 1), 30, Decimal(30))]


async def test_a_step_that_was_lost_again_over_night_is_not_said(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(_day(0), _day(30, revision=2), _day(29, revision=3), _day(29, TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.nudges() == [("step_reached", "dropped", "no longer true")]


async def test_a_step_is_never_lowered_without_a_word_which_takes_nobodys_place(nudging: Nudging) -> None:
    weeks = [
        day.model_copy(update={"silent": True, "goals": (goal(4 * (number + 1), period_start=date(2026, 2, 1)),)})
        for number, day in enumerate(worked_days(*[60] * 12))
    ]
    february, march = [_day(48, MONDAY - timedelta(days=3), first=date(2026, 2, 1), revision=2)], _day(0)
    nudging.now = at(MONDAY, "00:01")

    await nudging.take_in(*weeks[:-1], *february, march)
    assert await nudging.nudges() == [("step_lowered", "held", "before working hours")]

    assert await nudging.pass_time(at(MONDAY, "09:00")) == [Spoken(rule="step_lowered", status="sent")]
    assert "20" in await nudging.pool.fetchval("SELECT text FROM nudge")
    await nudging.take_in(_day(1, score=100, revision=2), _day(2, score=100, revision=3))
    assert await nudging.nudges() == [("step_lowered", "sent", ""), ("comeback", "sent", "")]
    assert (await _ladders(nudging))[0] == (date(2026, 3, 1), 0, Decimal(20))


async def test_a_goal_that_is_far_on_when_it_is_first_seen_is_no_step(nudging: Nudging) -> None:
    await nudging.take_in(_day(65))

    assert await nudging.nudges() == []
    assert await _ladders(nudging) == [(date(2026, 3, 1), 60, Decimal(30))]
