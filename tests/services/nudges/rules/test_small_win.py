"""Small win, and its near misses."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.nudges.rules.small_win import small_win
from shared.events import DayReport, Presence
from tests.services.nudges.reports import MONDAY, asked, report, situation, worked_days

FIRST_OF_QUARTER = date(2026, 4, 1)


def _days(*counts: int, until: date = MONDAY, target: int = 1) -> list[DayReport]:
    """Worked days with so many meetings."""
    return [
        day.model_copy(update={"behaviours": (asked("meetings", count=count, target=target),)})
        for day, count in zip(worked_days(*[60] * len(counts), until=until), counts, strict=True)
    ]


def _today(count: int = 1, *, day: date = MONDAY, target: int = 1, **changes: Any) -> DayReport:
    given: dict[str, Any] = {"state": "open", "behaviours": (asked("meetings", count=count, target=target),)}
    return report(day, **(given | changes))


def test_the_first_after_ten_worked_days_without_is_said() -> None:
    called = small_win(situation(_today(), *_days(1, *[0] * 12)))

    assert called is not None
    assert called.wordings[0] == "Meetings today, Ana: the first in 12 worked days. A small win, and a real one."


def test_also_of_a_behaviour_of_which_many_are_asked() -> None:
    assert small_win(situation(_today(target=20), *_days(*[0] * 10, target=20))) is not None


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (_today(), _days(1, *[0] * 9)),
        (_today(), _days(*[0] * 9)),
        (_today(0), _days(*[0] * 12)),
        (_today(target=0), _days(*[0] * 12)),
        (_today(), [*_days(*[0] * 10, target=0)]),
        (_today(silent=True), _days(*[0] * 12)),
        (_today(score=None, presence=Presence.DAY_OFF), _days(*[0] * 12)),
    ],
    ids=[
        "nine days without",
        "nine days known",
        "none today either",
        "the day asks for none",
        "days that asked for none",
        "history",
        "a day off",
    ],
)
def test_a_dry_spell_is_not_over_when(today: DayReport, before: list[DayReport]) -> None:
    assert small_win(situation(today, *before)) is None


@pytest.mark.parametrize(
    ("today", "before", "is_called"),
    [
        (_today(day=FIRST_OF_QUARTER), _days(1, 1, until=FIRST_OF_QUARTER), True),
        (_today(day=date(2026, 4, 3)), _days(1, 1, 0, 0, until=date(2026, 4, 3)), True),
        (_today(day=date(2026, 4, 3)), _days(1, 1, 0, 1, until=date(2026, 4, 3)), False),
        (_today(day=date(2026, 4, 3)), _days(0, 0, until=date(2026, 4, 3)), False),
        (_today(day=date(2026, 3, 31)), _days(1, 1, until=date(2026, 3, 31)), False),
        (_today(day=FIRST_OF_QUARTER, target=3), _days(1, 1, until=FIRST_OF_QUARTER), False),
    ],
    ids=[
        "on its first day",
        "on its third, after two without",
        "the second of the quarter",
        "who came in the quarter",
        "the day before",
        "of what many are asked",
    ],
)
def test_the_first_of_a_quarter(today: DayReport, before: list[DayReport], is_called: bool) -> None:
    called = small_win(situation(today, *before))

    assert (called is not None) is is_called
    assert called is None or "the first of the quarter" in called.reason


def test_of_two_firsts_the_one_that_the_definition_names_first_is_said() -> None:
    both = (asked("proposals", count=1, target=1), asked("meetings", count=1, target=1))
    none = (asked("proposals", count=0, target=1), asked("meetings", count=0, target=1))
    before = [report(MONDAY - timedelta(days=back), behaviours=none) for back in range(1, 11)]

    called = small_win(situation(report(behaviours=both), *before))

    assert called is not None
    assert called.reason.startswith("Proposals of 2026-03-02")
