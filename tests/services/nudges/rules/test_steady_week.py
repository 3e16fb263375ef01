"""Steady week, and its near misses."""

from datetime import UTC, datetime, timedelta
from typing import Unpack

import pytest

from services.nudges.rules.steady_week import steady_week
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import FRIDAY, MONDAY, WEDNESDAY, at
from tests.services.nudges.builders.reports import DayReportFields, report, rule_context, worked_days

NEXT_MONDAY = MONDAY + timedelta(days=7)


def _friday(score: float | None, **fields: Unpack[DayReportFields]) -> DayReport:
    default: DayReportFields = {"state": "open"}
    return report(FRIDAY, score=score, **(default | fields))


def test_it_is_proposed_when_the_plan_of_the_last_day_is_done() -> None:
    candidate = steady_week.evaluate(rule_context(_friday(100), *worked_days(10, 90, 80, 100, 85, until=FRIDAY)))

    assert candidate is not None
    assert candidate.wordings[0] == "A steady week, Ana: 5 working days this week, and no score below 80."
    assert candidate.reason == "All 5 working days this week have a score of 80 or more."
    assert candidate.occasion == "week of 2026-03-02"


def test_the_lowest_score_is_rounded_down_so_that_it_is_not_overstated() -> None:
    candidate = steady_week.evaluate(rule_context(_friday(100), *worked_days(90, 91.9, 100, 90.9, until=FRIDAY)))

    assert candidate is not None
    assert all("90" in wording and "91" not in wording for wording in candidate.wordings)


@pytest.mark.parametrize(
    ("last", "week"),
    [
        (_friday(100), "this week"),
        (_friday(99, state="closed"), "this week"),
        (_friday(80, state="closed"), "this week"),
    ],
    ids=["done", "below plan, when it closes", "just high enough, when it closes"],
)
def test_without_the_plan_done_it_waits_until_the_last_day_closes(last: DayReport, week: str) -> None:
    candidate = steady_week.evaluate(rule_context(last, *worked_days(90, 80, 100, 85, until=FRIDAY)))

    assert candidate is not None
    assert all(week in wording for wording in candidate.wordings)
    assert steady_week.evaluate(rule_context(_friday(99), *worked_days(90, 80, 100, 85, until=FRIDAY))) is None


@pytest.mark.parametrize(
    ("days_later", "week"),
    [(2, "this week"), (3, "last week"), (9, "last week"), (10, "in the week of Monday 2 March")],
    ids=["Sunday", "Monday", "Sunday a week later", "the Monday after"],
)
def test_a_belated_one_names_the_week(days_later: int, week: str) -> None:
    now = at(FRIDAY + timedelta(days=days_later), "09:00")

    candidate = steady_week.evaluate(rule_context(_friday(100), *worked_days(90, 80, 100, 85, until=FRIDAY), now=now))

    assert candidate is not None
    assert all(week in wording for wording in candidate.wordings)


@pytest.mark.parametrize(
    ("last", "before"),
    [
        (_friday(100), worked_days(90, 79.99, 100, 85, until=FRIDAY)),
        (_friday(100), worked_days(79.99, 80, 100, 85, until=FRIDAY)),
        (_friday(79.99, state="closed"), worked_days(90, 80, 100, 85, until=FRIDAY)),
        (_friday(100), worked_days(85, until=FRIDAY)),
        (report(FRIDAY - timedelta(days=1), score=100), worked_days(90, 80, 100, until=FRIDAY - timedelta(days=1))),
        (_friday(100, next_work_starts_at=at(FRIDAY + timedelta(days=1), "09:00")), worked_days(90, 80, 100, 85, until=FRIDAY)),
        (_friday(100, silent=True), worked_days(90, 80, 100, 85, until=FRIDAY)),
        (_friday(None, presence=Presence.HOLIDAY), worked_days(90, 80, 100, 85, until=FRIDAY)),
    ],
    ids=[
        "one day was below 80",
        "Monday was below 80",
        "the last was below 80",
        "two worked days",
        "it is Thursday",
        "Saturday is worked too",
        "history",
        "a holiday",
    ],
)
def test_it_is_not_proposed_when(last: DayReport, before: list[DayReport]) -> None:
    assert steady_week.evaluate(rule_context(last, *before)) is None


def test_leave_in_the_week_does_not_matter() -> None:
    """Wednesday is the last worked day, since leave follows until Monday. Three days are enough."""
    last = report(WEDNESDAY, score=100, state="open", next_work_starts_at=at(NEXT_MONDAY, "09:00"))
    away = report(MONDAY, score=None, presence=Presence.ABSENT)

    assert steady_week.evaluate(rule_context(last, *worked_days(90, 80, until=WEDNESDAY))) is not None
    assert steady_week.evaluate(rule_context(last, away, *worked_days(90, until=WEDNESDAY))) is None
    no_work_in_sight = last.model_copy(update={"next_work_starts_at": None})
    assert steady_week.evaluate(rule_context(no_work_in_sight, *worked_days(90, 80, until=WEDNESDAY))) is not None


@pytest.mark.parametrize(
    ("timezone", "next_work_starts_at", "is_proposed"),
    [
        ("Pacific/Auckland", datetime(2026, 3, 8, 20, tzinfo=UTC), True),
        ("America/Los_Angeles", datetime(2026, 3, 9, 6, tzinfo=UTC), False),
    ],
    ids=["Monday there, Sunday in London", "Sunday evening there, Monday in London"],
)
def test_the_week_is_that_of_the_reps_own_calendar(timezone: str, next_work_starts_at: datetime, *, is_proposed: bool) -> None:
    last = _friday(100, timezone=timezone, next_work_starts_at=next_work_starts_at)

    candidate = steady_week.evaluate(rule_context(last, *worked_days(90, 80, 100, 85, until=FRIDAY)))

    assert (candidate is not None) is is_proposed
