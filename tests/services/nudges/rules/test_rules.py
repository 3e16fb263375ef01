"""What all rules have in common."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.context.rule_context import Situation
from services.nudges.domain.baseline import Midday
from services.nudges.domain.ladder import Ladder
from services.nudges.rules import RULES
from shared.events import DayReport
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.reports import MONDAY, asked, at, goal, report, situation, watch, worked_days, working_days
from tests.services.nudges.rules.test_one_thing import plan_of
from tests.services.nudges.rules.test_ratio import known

FRIDAY = MONDAY + timedelta(days=4)


LADDER = Ladder(goal="month", period_start=date(2026, 3, 1), reached=0, size=Decimal(30))


def _with_meetings(count: int, score: float = 100) -> DayReport:
    return report(score=score, state="open", behaviours=(asked("meetings", count=count, target=1),))


CALLS = {
    "step_reached": situation(
        report(state="open", goals=(goal(31),)), ladders=(replace(LADDER, reached=30, reached_on=MONDAY),)
    ),
    "step_lowered": situation(report(state="open", goals=(goal(0),)), ladders=(replace(LADDER, lowered_from=Decimal(40)),)),
    "comeback": situation(report(score=100, state="open"), *worked_days(60, 60)),
    "drop": situation(report(score=0, count=0, state="open"), watch=watch(*steady(40, 60), *spread_over(100, 5))),
    "day_plan": situation(plan_of(0, 0, day=MONDAY, state="open"), now=at(MONDAY, "09:00"), is_plan_wanted=True, is_told=True),
    "one_thing": situation(plan_of(0, 0, day=MONDAY, state="open"), *[plan_of(10, 0, day=day) for day in working_days(5)]),
    "pace": situation(
        report(score=10, count=1, state="open"), middays=(Midday(by_then={"calls": 4}, in_all={"calls": 9}),) * 10
    ),
    "streak": situation(report(score=100, state="open"), *worked_days(60, 100, 100)),
    "personal_best": situation(report(score=120, state="open"), *worked_days(*[110] * 10)),
    "small_win": situation(
        _with_meetings(1),
        *[day.model_copy(update={"behaviours": (asked("meetings", count=0, target=1),)}) for day in worked_days(*[60] * 10)],
    ),
    "steady_week": situation(report(FRIDAY, score=100, state="open"), *worked_days(80, 80, 80, 80, until=FRIDAY)),
    "team_day": situation(report(score=100, state="open"), team_done=("ana", "ben", "cleo")),
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
