"""Streak, and its near misses."""

from datetime import date, timedelta

import pytest

from services.nudges.rules.streak import streak
from shared.events import DayReport, Presence
from tests.services.nudges.reports import MONDAY, report, situation, worked_days

APRIL = date(2026, 4, 1)


def _days(letters: str, *, until: date = MONDAY) -> list[DayReport]:
    """The days just before one, oldest first: D done, M missed."""
    return worked_days(*[100 if letter == "D" else 60 for letter in letters], until=until)


def _streak(letters: str, today: DayReport | None = None) -> str | None:
    today = today or report(score=100, state="open")
    called = streak(situation(today, *_days(letters, until=today.day)))
    return called.reason if called is not None else None


@pytest.mark.parametrize("days", [3, 5, 10, 20, 30, 70, 100, 130])
def test_it_is_called_for_at(days: int) -> None:
    reason = _streak("M" + "D" * (days - 1))

    assert reason is not None
    assert f"on {days - 1} worked days before it" in reason


@pytest.mark.parametrize("days", [1, 2, 4, 6, 9, 11, 15, 25, 101])
def test_it_is_silent_at(days: int) -> None:
    assert _streak("MM" + "D" * (days - 1)) is None


@pytest.mark.parametrize(
    ("before", "today"),
    [
        ("DD", report(score=99.99, state="open")),
        ("DD", report(score=100, silent=True)),
        ("DD", report(score=None, presence=Presence.DAY_OFF)),
    ],
    ids=["the plan of today is not done", "history", "a day off"],
)
def test_it_is_not_called_for_when(before: str, today: DayReport) -> None:
    assert _streak(before, today) is None


@pytest.mark.parametrize(
    ("before", "is_called"),
    [
        ("DDDMD", True),  # D D D, a miss, D and today: five
        ("MDDM", False),  # the three days before the miss were not all done: a streak of one
        ("DDDDMM", False),  # two misses in a row end it
        ("DDDDDDDDM", False),  # nine, with the miss repaired by today
        ("DDDDDDDDDM", True),  # ten
        ("DDDDDMDDDM", False),  # the second miss of a month ends it: 4 days since the first
        ("DDDDMDDDDM", True),  # counted back, the newest one is the one that is repaired: 5
    ],
)
def test_one_miss_of_a_month_is_repaired_by_the_next_worked_day(before: str, is_called: bool) -> None:
    today = report(date(2026, 3, 31), score=100, state="open")

    assert (_streak(before, today) is not None) is is_called


def test_each_month_has_a_repair_of_its_own() -> None:
    before = _days("DDDM", until=date(2026, 3, 31)) + _days("DDDMDD", until=date(2026, 4, 8))
    today = report(date(2026, 4, 8), score=100)

    called = streak(situation(today, *before))

    assert called is None  # nine: 3 + 3 + 2 + today
    called = streak(situation(report(date(2026, 4, 9), score=100), *before, today))
    assert called is not None
    assert "2 missed days were made good" in called.reason


def test_a_repair_is_said() -> None:
    reason = _streak("DDDMD")

    assert reason is not None
    assert "One missed day was made good" in reason


def test_days_not_worked_neither_break_nor_lengthen_it() -> None:
    before = _days("MDD", until=MONDAY - timedelta(days=10))
    others = [Presence.ABSENT, Presence.HOLIDAY, Presence.DAY_OFF, Presence.ABSENT]
    away = [report(MONDAY - timedelta(days=1 + back), presence=why, score=None) for back, why in enumerate(others)]
    no_target = report(MONDAY - timedelta(days=6), score=None)

    assert streak(situation(report(score=100), *before, *away, no_target)) is not None


def test_a_belated_day_makes_the_streak_that_it_made_then() -> None:
    called = streak(situation(report(score=100, state="closed"), *_days("MDD")))

    assert called is not None
    assert all("on Monday" in wording for wording in called.wordings)
