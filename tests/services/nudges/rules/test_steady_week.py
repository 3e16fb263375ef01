"""Steady week, and its near misses."""

from datetime import timedelta
from typing import Any

import pytest

from services.nudges.rules.steady_week import steady_week
from shared.events import DayReport, Presence
from tests.services.nudges.reports import MONDAY, at, report, situation, worked_days

FRIDAY = MONDAY + timedelta(days=4)


def _friday(score: float | None, **changes: Any) -> DayReport:
    return report(FRIDAY, score=score, **({"state": "open"} | changes))


def test_it_is_called_for_as_the_plan_of_the_last_day_is_done() -> None:
    called = steady_week(situation(_friday(100), *worked_days(10, 90, 80, 100, 85, until=FRIDAY)))

    assert called is not None
    assert called.wordings[0] == "A steady week, Ana: 5 worked days this week, none below 80."
    assert called.occasion == "week of 2026-03-02"


def test_without_a_plan_done_it_is_called_for_as_the_last_day_closes_and_names_the_week() -> None:
    before = worked_days(90, 80, 100, 85, until=FRIDAY)

    assert steady_week(situation(_friday(99), *before)) is None
    called = steady_week(situation(_friday(99, state="closed"), *before))
    assert called is not None
    assert all("in the week of Monday 2 March" in wording for wording in called.wordings)


@pytest.mark.parametrize(
    ("last", "before"),
    [
        (_friday(100), worked_days(90, 79.99, 100, 85, until=FRIDAY)),
        (_friday(79.99, state="closed"), worked_days(90, 80, 100, 85, until=FRIDAY)),
        (_friday(100), worked_days(85, until=FRIDAY)),
        (report(FRIDAY - timedelta(days=1), score=100), worked_days(90, 80, 100, until=FRIDAY - timedelta(days=1))),
        (_friday(100, next_work_starts_at=at(FRIDAY + timedelta(days=1), "09:00")), worked_days(90, 80, 100, 85, until=FRIDAY)),
        (_friday(100, silent=True), worked_days(90, 80, 100, 85, until=FRIDAY)),
        (_friday(None, presence=Presence.HOLIDAY), worked_days(90, 80, 100, 85, until=FRIDAY)),
    ],
    ids=[
        "one day was below 80",
        "the last was below 80",
        "two worked days",
        "it is Thursday",
        "Saturday is worked too",
        "history",
        "a holiday",
    ],
)
def test_it_is_not_called_for_when(last: DayReport, before: list[DayReport]) -> None:
    assert steady_week(situation(last, *before)) is None


def test_leave_in_the_week_does_not_matter() -> None:
    """Wednesday is the last worked day, since leave follows until Monday."""
    wednesday = MONDAY + timedelta(days=2)
    last = report(wednesday, score=100, state="open", next_work_starts_at=at(MONDAY + timedelta(days=7), "09:00"))

    assert steady_week(situation(last, *worked_days(90, 80, until=wednesday))) is not None
    away = report(MONDAY, score=None, presence=Presence.ABSENT)
    assert steady_week(situation(last, away, *worked_days(90, until=wednesday))) is None
    assert steady_week(situation(last.model_copy(update={"next_work_starts_at": None}), *worked_days(90, 80, until=wednesday)))
