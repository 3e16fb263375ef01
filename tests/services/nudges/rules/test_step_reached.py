"""Step reached, and its near misses."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.ladder import Ladder
from services.nudges.rules.step_reached import step_reached
from shared.events import DayReport
from tests.services.nudges.reports import MONDAY, goal, report, situation

REACHED = Ladder(goal="month", period_start=date(2026, 3, 1), reached=30, size=Decimal("32.5"), reached_on=MONDAY)


def _today(count: int, **changes: object) -> DayReport:
    return report(state="open", goals=(goal(count),), **changes)  # type: ignore[arg-type]


def test_it_names_the_next_step_in_the_same_breath() -> None:
    called = step_reached(situation(_today(31), ladders=(REACHED,)))

    assert called is not None
    assert called.wordings[0] == "Calls this month, Ana: 30 reached today. The next step is 63."
    assert all("30" in wording and "63" in wording for wording in called.wordings)
    assert called.occasion == "month from 2026-03-01: 30"
    assert "at most a tenth larger each time, and stay between 10 and 60" in called.reason


@pytest.mark.parametrize(
    ("today", "ladders"),
    [
        (_today(31), ()),
        (_today(29), (REACHED,)),
        (_today(31), (replace(REACHED, reached_on=MONDAY - timedelta(days=1)),)),
        (_today(31), (replace(REACHED, reached_on=None),)),
        (_today(31), (replace(REACHED, period_start=date(2026, 2, 1)),)),
        (_today(31), (replace(REACHED, goal="week"),)),
        (_today(31, silent=True), (REACHED,)),
        (report(state="open"), (REACHED,)),
    ],
    ids=[
        "there is no ladder",
        "the count has fallen below it",
        "it was reached on another day",
        "none was reached yet",
        "it was last month",
        "another goal",
        "history",
        "no goal any more",
    ],
)
def test_it_is_not_called_for_when(today: DayReport, ladders: tuple[Ladder, ...]) -> None:
    assert step_reached(situation(today, ladders=ladders)) is None


def test_when_a_new_period_has_begun_the_next_step_is_its_first() -> None:
    april = Ladder(goal="month", period_start=date(2026, 4, 1), reached=0, size=Decimal(33))

    called = step_reached(situation(report(goals=(goal(31),)), ladders=(april, REACHED)))

    assert called is not None
    assert called.wordings[0] == "Calls this month, Ana: 30 reached on Monday. The next step is 33 in the new month."


def test_steps_of_one_size_are_said_to_be() -> None:
    fixed = goal(30, step_min=None, step_max=None)

    called = step_reached(situation(report(goals=(fixed,)), ladders=(replace(REACHED, size=Decimal(30)),)))

    assert called is not None
    assert called.reason == "Calls this month: 30 since 2026-03-01. After 30 the next step is 60: in steps of 30."
