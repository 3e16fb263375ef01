"""What all rules have in common."""

import pytest

from services.nudges.domain.past import Midday
from services.nudges.domain.rules import RULES
from services.nudges.domain.situation import Situation
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.domain.rules.test_one_thing import plan_of
from tests.services.nudges.domain.rules.test_ratio import known
from tests.services.nudges.reports import MONDAY, report, situation, watch, worked_days, working_days

CALLS = {
    "comeback": situation(report(score=100, state="open"), *worked_days(60, 60)),
    "drop": situation(report(score=0, count=0, state="open"), watch=watch(*steady(40, 60), *spread_over(100, 5))),
    "one_thing": situation(plan_of(0, 0, day=MONDAY, state="open"), *[plan_of(10, 0, day=day) for day in working_days(5)]),
    "pace": situation(
        report(score=10, count=1, state="open"), middays=(Midday(by_then={"calls": 4}, in_all={"calls": 9}),) * 10
    ),
    "plan_done": situation(report(score=100, state="open")),
    "quiet_afternoon": situation(report(score=0, count=0, state="open"), *worked_days(60, 60, 60, 60, 60)),
    "ratio": situation(plan_of(0, 0, day=MONDAY, state="open"), watch=known((40, 400, 40), (20, 200, 2))),
}
"""A situation that calls for each rule."""


def test_every_rule_is_here() -> None:
    assert set(CALLS) == set(RULES)


@pytest.mark.parametrize(("rule", "calls"), CALLS.items())
def test_words_are_short_and_speak_of_the_work(rule: str, calls: Situation) -> None:
    called = RULES[rule](calls)

    assert called is not None
    assert called.rule == rule
    assert len(set(called.wordings)) >= 3
    for wording in called.wordings:
        assert len(wording) <= 200
        assert not {"lazy", "failed", "bad", "rank", "worst", "best"} & set(wording.lower().replace(",", "").split())
