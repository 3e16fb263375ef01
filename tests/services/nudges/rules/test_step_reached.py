"""Step reached, and its near misses."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Unpack

import pytest

from services.nudges.domain.ladder import Ladder
from services.nudges.rules.step_reached import step_reached
from shared.events import DayReport, GoalKey
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import MARCH, MONTH_GOAL, DayReportFields, goal, report, rule_context

REACHED = Ladder(goal=MONTH_GOAL, period_start=MARCH, reached=30, size=Decimal("32.5"), reached_on=MONDAY)
APRIL = Ladder(goal=MONTH_GOAL, period_start=date(2026, 4, 1), reached=0, size=Decimal(33))


def _today(count: int, **fields: Unpack[DayReportFields]) -> DayReport:
    default: DayReportFields = {"state": "open", "goals": (goal(count),)}
    return report(**(default | fields))


def test_it_names_the_step_after_the_one_that_was_reached() -> None:
    candidate = step_reached.evaluate(rule_context(_today(31), ladders=(REACHED,)))

    assert candidate is not None
    assert candidate.wordings[0] == "That's 31 calls this month, Ana. Your next step is 63."
    assert all("31" in wording and "63" in wording for wording in candidate.wordings)
    assert candidate.occasion == "month from 2026-03-01: 30"
    assert candidate.cooldown_days == 3
    assert candidate.reason == (
        "Calls this month: 31 since Sunday 1 March. The next step is 63, in steps of 33 for now. Step sizes are based on your "
        "recent weeks, stay between 10 and 60, and grow by at most a tenth at a time, rounded up."
    )


def test_it_is_proposed_at_exactly_the_step() -> None:
    assert step_reached.evaluate(rule_context(_today(30), ladders=(REACHED,))) is not None


@pytest.mark.parametrize(
    ("today", "ladders"),
    [
        (_today(31), ()),
        (_today(29), (REACHED,)),
        (_today(31), (replace(REACHED, reached_on=MONDAY - timedelta(days=1)),)),
        (_today(31), (replace(REACHED, reached_on=None),)),
        (_today(31), (replace(REACHED, period_start=date(2026, 2, 1)),)),
        (_today(31), (replace(REACHED, goal=GoalKey("week")),)),
        (_today(31, silent=True), (REACHED,)),
        (_today(31, goals=()), (REACHED,)),
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
def test_it_is_not_proposed_when(today: DayReport, ladders: tuple[Ladder, ...]) -> None:
    assert step_reached.evaluate(rule_context(today, ladders=ladders)) is None


def test_once_a_new_period_has_begun_the_next_step_is_its_first() -> None:
    context = rule_context(_today(31, state="closed"), ladders=(APRIL, REACHED), now=at(MONDAY + timedelta(days=1), "09:00"))

    candidate = step_reached.evaluate(context)

    assert candidate is not None
    assert candidate.wordings[0] == (
        "You finished last month with a new step, Ana: 31 calls. Your next step is 33 in the new month."
    )
    assert all("last month" in wording and "33 in the new month" in wording for wording in candidate.wordings)
    assert candidate.reason.startswith(
        "Calls: 31 from Sunday 1 March to Monday 2 March. The next step is 33 in the new month, in steps of"
    )
    assert candidate.occasion == "month from 2026-03-01: 30"


@pytest.mark.parametrize(("weeks_later", "period"), [(1, "last week"), (2, "the week from Monday 2 March")])
def test_a_period_is_the_last_one_only_if_the_next_one_follows_it(weeks_later: int, period: str) -> None:
    week = goal(31, key=GoalKey("week"), label="Calls this week", period="week", period_start=MONDAY)
    reached, later = replace(REACHED, goal=week.key, period_start=MONDAY), MONDAY + timedelta(weeks=weeks_later)
    ladders = (reached, replace(reached, period_start=later, reached=0, reached_on=None))

    candidate = step_reached.evaluate(rule_context(report(goals=(week,)), ladders=ladders, now=at(later, "09:00")))

    assert candidate is not None
    assert all(f"{period} " in wording or f"{period}:" in wording for wording in candidate.wordings)
    assert all("31 calls" in wording for wording in candidate.wordings)


def test_steps_of_one_size_are_called_so() -> None:
    fixed = goal(30, step_min=None, step_max=None)

    candidate = step_reached.evaluate(rule_context(report(goals=(fixed,)), ladders=(replace(REACHED, size=Decimal(30)),)))

    assert candidate is not None
    assert candidate.reason == "Calls this month: 30 since Sunday 1 March. The next step is 60, in steps of 30."
