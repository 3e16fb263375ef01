"""Step lowered, and its near misses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.nudges.domain.ladder import Ladder
from services.nudges.rules.step_lowered import step_lowered
from shared.events import NudgeKind
from tests.services.nudges.reports import goal, report, situation

LOWERED = Ladder(goal="month", period_start=date(2026, 3, 1), reached=0, size=Decimal(20), lowered_from=Decimal("30.25"))


def test_a_smaller_step_is_announced_with_what_it_was() -> None:
    called = step_lowered(situation(report(state="open", goals=(goal(0),)), ladders=(LOWERED,)))

    assert called is not None
    assert called.kind is NudgeKind.ANNOUNCEMENT
    assert called.wordings[0] == (
        "Ana, a step of calls this month is 20 from now on, not 31: it follows what your last weeks held."
    )
    assert called.occasion == "month from 2026-03-01"


@pytest.mark.parametrize(
    ("ladder", "is_silent"),
    [
        (replace(LOWERED, lowered_from=None), False),
        (replace(LOWERED, period_start=date(2026, 2, 1)), False),
        (replace(LOWERED, goal="week"), False),
        (LOWERED, True),
    ],
    ids=["it is not smaller", "it was last month", "another goal", "history"],
)
def test_it_is_not_called_for_when(ladder: Ladder, is_silent: bool) -> None:
    assert step_lowered(situation(report(goals=(goal(0),), silent=is_silent), ladders=(ladder,))) is None
