"""Streak, and its near misses."""

from datetime import date, timedelta

import pytest

from services.nudges.domain.candidate import Candidate
from services.nudges.domain.history import HISTORY_DAYS
from services.nudges.rules.streak import streak
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import behaviour, report, rule_context, worked_days

LAST_OF_MARCH = date(2026, 3, 31)


def _days(letters: str, *, until: date = MONDAY) -> list[DayReport]:
    """The days just before one, oldest first: D done, M missed."""
    return worked_days(*[100 if letter == "D" else 60 for letter in letters], until=until)


def _streak(letters: str, today: DayReport | None = None) -> Candidate | None:
    today = today or report(score=100, state="open")
    return streak.evaluate(rule_context(today, *_days(letters, until=today.day)))


@pytest.mark.parametrize("days", [3, 5, 10, 20, 30, 70, 100, 130])
def test_it_is_proposed_at(days: int) -> None:
    candidate = _streak("M" + "D" * (days - 1))

    assert candidate is not None
    assert candidate.reason == f"Plan reached today and on {days - 1} working days before that."
    assert all(f"{days} working days" in wording for wording in candidate.wordings)


@pytest.mark.parametrize("days", [1, 2, 4, 6, 9, 11, 15, 25, 101])
def test_it_is_silent_at(days: int) -> None:
    assert _streak("MM" + "D" * (days - 1)) is None


@pytest.mark.parametrize(
    ("before", "today"),
    [
        ("DD", report(score=99.99, state="open")),
        ("DD", report(score=100, silent=True)),
        ("DD", report(score=None, presence=Presence.DAY_OFF)),
        ("DD", report(score=100, presence=Presence.ABSENT)),
    ],
    ids=["today's plan is not done", "history", "a day off", "on leave"],
)
def test_it_is_not_proposed_when(before: str, today: DayReport) -> None:
    assert _streak(before, today) is None


@pytest.mark.parametrize(
    ("before", "is_proposed"),
    [
        ("DDDMD", True),  # D D D, a miss, D and today: five
        ("MDDM", False),  # the three days before the miss were not all done: a streak of one
        ("DDM", False),  # only two days are known before the miss
        ("DDDDMM", False),  # two misses in a row end it
        ("DDDDDDDDM", False),  # nine, with the miss repaired by today
        ("DDDDDDDDDM", True),  # ten
        ("DDDDDMDDDM", False),  # the second miss of a month ends it: 4 days since the first
        ("DDDDMDDDDM", True),  # counted back, the newest one is the one that is repaired: 5
    ],
)
def test_one_miss_a_month_is_repaired_on_the_next_worked_day(before: str, *, is_proposed: bool) -> None:
    candidate = _streak(before, report(LAST_OF_MARCH, score=100, state="open"))

    assert (candidate is not None) is is_proposed


def test_each_month_has_a_repair_of_its_own() -> None:
    before = _days("DDDM", until=LAST_OF_MARCH) + _days("DDDMDD", until=date(2026, 4, 8))
    ninth = report(date(2026, 4, 8), score=100)

    assert streak.evaluate(rule_context(ninth, *before)) is None  # nine: 3 + 3 + 2 + today
    candidate = streak.evaluate(rule_context(report(date(2026, 4, 9), score=100), *before, ninth))
    assert candidate is not None
    assert "You made up for two missed days along the way." in candidate.reason


def test_a_repair_is_mentioned() -> None:
    candidate = _streak("DDDMD")

    assert candidate is not None
    assert all(text.endswith("You made up for one missed day along the way.") for text in candidate.wordings)
    assert not any(phrase in text for text in candidate.wordings for phrase in ("in a row", "running"))
    assert all("5 working days on plan" in text for text in candidate.wordings)


def test_days_without_a_miss_are_called_a_row() -> None:
    candidate = _streak("MDDDD")

    assert candidate is not None
    assert sum("in a row" in text or "running" in text for text in candidate.wordings) == 3


def test_days_not_worked_neither_break_nor_lengthen_it() -> None:
    before = _days("MDD", until=MONDAY - timedelta(days=10))
    others = [Presence.ABSENT, Presence.HOLIDAY, Presence.DAY_OFF, Presence.ABSENT]
    away = [report(MONDAY - timedelta(days=1 + back), presence=other, score=None) for back, other in enumerate(others)]
    no_target = report(MONDAY - timedelta(days=6), score=None)

    assert streak.evaluate(rule_context(report(score=100), *before, *away, no_target)) is not None


def test_a_belated_day_makes_the_streak_that_it_made_then() -> None:
    context = rule_context(report(score=100), *_days("MDD"), now=at(MONDAY + timedelta(days=2), "09:00"))

    candidate = streak.evaluate(context)

    assert candidate is not None
    assert all("Monday" in wording for wording in candidate.wordings)


@pytest.mark.parametrize("carried", [0, 1, 2])
def test_a_day_that_one_behaviour_carried_is_not_called_on_plan(carried: int) -> None:
    """A score of 100, with more of one behaviour for less of another: on any of the three days."""
    days = [*worked_days(100, 100), report(score=100)]
    days[carried] = days[carried].model_copy(update={"behaviours": (behaviour("Calls", 20), behaviour("Meetings", 1, 2))})
    today = days[-1]

    candidate = streak.evaluate(rule_context(today, *_days("M", until=days[0].day), *days[:-1]))

    assert candidate is not None
    assert candidate.reason == "A score of 100 or more today and on 2 working days before that."
    assert not any("plan" in text for text in candidate.wordings)
    assert all("100 or more" in text for text in candidate.wordings)


@pytest.mark.parametrize(
    ("before", "is_proposed"),
    [("M" + "D" * 149, True), ("D" * 146 + "MDDD", False)],
    ids=["it began after the first known day", "it may have begun before"],
)
def test_of_a_streak_that_reaches_back_over_all_known_days_nobody_knows_the_length(before: str, *, is_proposed: bool) -> None:
    assert len(before) == HISTORY_DAYS
    assert (_streak(before) is not None) is is_proposed
