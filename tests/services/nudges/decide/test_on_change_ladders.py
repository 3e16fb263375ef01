"""A rep's ladder from report to report, and the nudges about its steps, on a real database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Unpack

from services.nudges.context.ladders import list_ladders
from shared.events import DayReport
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import MARCH, DayReportFields, goal, report, worked_days
from tests.services.nudges.conftest import Nudging, outcomes

APRIL = date(2026, 4, 1)
FEBRUARY = date(2026, 2, 1)


def _day(
    count: int,
    day: date = MONDAY,
    *,
    score: float = 60,
    period_start: date = MARCH,
    **fields: Unpack[DayReportFields],
) -> DayReport:
    default: DayReportFields = {"state": "open", "goals": (goal(count, period_start=period_start),)}
    return report(day, score=score, **(default | fields))


def _imported_weeks(a_day: int, days: int) -> list[DayReport]:
    """Worked days in February that added so much to the goal each."""
    return [
        day.model_copy(update={"silent": True, "goals": (goal(a_day * (number + 1), period_start=FEBRUARY),)})
        for number, day in enumerate(worked_days(*[60] * days))
    ]


async def _ladders(nudging: Nudging) -> list[tuple[date, int, Decimal]]:
    ladders = await list_ladders(nudging.pool, ANA.id)
    return [(ladder.period_start, ladder.reached, ladder.size) for ladder in ladders]


async def test_a_step_that_is_reached_is_celebrated_once_and_opens_the_next(nudging: Nudging) -> None:
    await nudging.take_in(_day(0), _day(29, revision=2))
    assert await nudging.decisions() == []

    await nudging.take_in(_day(30, revision=3), _day(31, revision=4), _day(31, score=100, revision=5))

    assert await nudging.decisions() == [("step_reached", "sent", "")]
    assert await _ladders(nudging) == [(MARCH, 30, Decimal(30))]


async def test_a_step_that_is_lost_again_is_not_retracted(nudging: Nudging) -> None:
    await nudging.take_in(_day(0), _day(30, revision=2))

    assert await nudging.take_in(_day(29, revision=3)) == []

    assert await nudging.pool.fetchval("SELECT retracted_at IS NULL FROM nudge")


async def test_the_next_step_grows_with_the_last_weeks(nudging: Nudging) -> None:
    await nudging.take_in(*_imported_weeks(10, 11), _day(0), _day(30, revision=2))

    assert await _ladders(nudging) == [(MARCH, 30, Decimal(33))]
    (text,) = await nudging.texts()
    assert "63" in text


async def test_a_step_reached_after_hours_is_celebrated_in_the_morning_even_in_a_new_month(nudging: Nudging) -> None:
    last = APRIL - timedelta(days=1)
    nudging.now = at(last, "18:00")
    await nudging.take_in(_day(0, last), _day(30, last, revision=2), _day(0, APRIL, period_start=APRIL))

    assert await nudging.pass_time(at(APRIL, "09:00")) == outcomes(("step_reached", "sent"))

    (text,) = await nudging.texts()
    assert "30 in the new month" in text
    assert await _ladders(nudging) == [(APRIL, 0, Decimal(30)), (MARCH, 30, Decimal(30))]


async def test_a_step_that_was_lost_again_overnight_is_not_celebrated(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(_day(0), _day(30, revision=2), _day(29, revision=3), _day(29, TUESDAY))

    await nudging.pass_time(at(TUESDAY, "09:00"))

    assert await nudging.decisions() == [("step_reached", "suppressed", "no longer true")]


async def test_a_smaller_step_is_always_announced_and_does_not_use_up_the_daily_cap(nudging: Nudging) -> None:
    (friday,) = [_day(48, MONDAY - timedelta(days=3), period_start=FEBRUARY, revision=2)]
    nudging.now = at(MONDAY, "00:01")

    await nudging.take_in(*_imported_weeks(4, 12)[:-1], friday, _day(0))
    assert await nudging.decisions() == [("step_lowered", "deferred", "before working hours")]

    assert await nudging.pass_time(at(MONDAY, "09:00")) == outcomes(("step_lowered", "sent"))
    (text,) = await nudging.texts()
    assert "20" in text
    await nudging.take_in(_day(1, score=100, revision=2), _day(2, score=100, revision=3))
    assert await nudging.decisions() == [("step_lowered", "sent", ""), ("comeback", "sent", "")]
    assert (await _ladders(nudging))[0] == (MARCH, 0, Decimal(20))


async def test_a_goal_that_is_far_on_when_it_is_first_seen_is_no_step(nudging: Nudging) -> None:
    await nudging.take_in(_day(65))

    assert await nudging.decisions() == []
    assert await _ladders(nudging) == [(MARCH, 60, Decimal(30))]
