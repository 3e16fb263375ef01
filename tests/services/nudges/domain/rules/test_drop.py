"""The words about a drop, and when there are none."""

from decimal import Decimal

import pytest

from services.nudges.domain.drop.budget import ErrorBudget
from services.nudges.domain.drop.usual import TeamUsual
from services.nudges.domain.drop.watch import Finding, NotKnownYet, judge
from services.nudges.domain.rules.drop import drop
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.reports import report


def _finding(mean: float, total: int, span: int) -> Finding:
    team = TeamUsual(weekday_factors=(1.0,) * 7, rate=mean, spread=0.3, dispersion=0.17)
    return judge(steady(mean, 60) + spread_over(total, span), team, ErrorBudget())


DROPPED = _finding(40, 124, 5)
TODAY = report(score=0, count=0, state="open")


def test_a_drop_is_said_with_its_numbers_and_what_to_do() -> None:
    called = drop(TODAY, DROPPED)

    assert called is not None
    assert called.kind is NudgeKind.COACHING
    assert called.is_shortfall
    assert len(set(called.wordings)) == 3
    for wording in called.wordings:
        assert len(wording) <= 200
        assert all(part in wording for part in ("124", "5 worked days", "192", "calls", "Ana"))
        assert not {"lazy", "failed", "bad", "rank", "worst", "best"} & set(wording.lower().replace(",", "").split())
    assert "from the 60 before them 192.4 were to be expected" in called.reason
    assert "too little" not in called.reason


def test_at_low_counts_it_says_why_more_days_are_watched() -> None:
    called = drop(TODAY, _finding(2, 9, 10))

    assert called is not None
    assert "10 worked days" in called.wordings[0]
    assert "five days would say too little, so more are watched" in called.reason


@pytest.mark.parametrize(
    ("today", "finding"),
    [
        (TODAY, _finding(40, 125, 5)),
        (TODAY, NotKnownYet(because="not known yet: 3 more worked days are needed")),
        (report(score=0, count=0, state="closed"), DROPPED),
        (report(score=0, count=0, state="open", silent=True), DROPPED),
        (report(score=None, count=0, state="open", presence=Presence.ABSENT), DROPPED),
        (report(score=100, count=10, state="open"), DROPPED),
    ],
    ids=["just above the limit", "too little history", "a closed day", "history", "on leave", "the plan is done today"],
)
def test_nothing_is_said_when(today: DayReport, finding: Finding) -> None:
    assert drop(today, finding) is None


def test_nothing_is_said_on_a_day_on_which_nothing_is_asked() -> None:
    free = [behaviour.model_copy(update={"target": Decimal(0)}) for behaviour in TODAY.behaviours]

    assert drop(TODAY.model_copy(update={"behaviours": tuple(free)}), DROPPED) is None
