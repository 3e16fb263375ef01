"""Team day, and its near misses."""

from collections.abc import Sequence

import pytest

from services.nudges.rules.team_day import team_day
from shared.events import DayReport, Rep
from tests.services.nudges.builders.people import ANA, BEN, rep
from tests.services.nudges.builders.reports import report, rule_context

CLEO = rep("Cleo Fox")
THREE = (ANA, BEN, CLEO)


def test_it_is_proposed_when_all_three_have_done_the_plan() -> None:
    context = rule_context(report(score=100, state="open"), teammates_done=tuple(mate.id for mate in THREE))

    candidate = team_day.evaluate(context)

    assert candidate is not None
    assert (
        candidate.wordings[0]
        == "Everyone in North with a plan today scored 100 or more, Ana: all 3 of you. Great work together."
    )
    assert candidate.reason == "All 3 reps in North with a target today have a score of 100 or more."
    assert candidate.cooldown_days == 7


@pytest.mark.parametrize(
    ("own", "teammates_done"),
    [
        (report(score=100), ()),
        (report(score=100), (ANA, BEN)),
        (report(score=99.99), THREE),
        (report(score=100, silent=True), THREE),
    ],
    ids=["somebody has not", "two are no team", "their own plan is not done after all", "history"],
)
def test_it_is_not_proposed_when(own: DayReport, teammates_done: Sequence[Rep]) -> None:
    assert team_day.evaluate(rule_context(own, teammates_done=tuple(mate.id for mate in teammates_done))) is None
