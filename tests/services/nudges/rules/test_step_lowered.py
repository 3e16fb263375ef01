"""Step lowered, and its near misses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.nudges.domain.ladder import Ladder
from services.nudges.rules.step_lowered import step_lowered
from shared.events import GoalKey, NudgeKind
from tests.services.nudges.builders.reports import MARCH, MONTH_GOAL, goal, report, rule_context

LOWERED = Ladder(goal=MONTH_GOAL, period_start=MARCH, reached=0, size=Decimal(20), lowered_from=Decimal("30.25"))


def test_a_smaller_step_is_announced_with_what_it_was() -> None:
    candidate = step_lowered.evaluate(rule_context(report(state="open", goals=(goal(0),)), ladders=(LOWERED,)))

    assert candidate is not None
    assert candidate.kind is NudgeKind.ANNOUNCEMENT
    assert candidate.wordings[0] == (
        "Ana, your next step for calls this month is 20, down from 31. "
        "Step sizes follow your recent weeks and the playbook's limits."
    )
    assert candidate.reason == (
        "Calls this month, from Sunday 1 March: the next step is 20; it was 31. Step sizes follow what five working days have "
        "usually added lately, within the playbook's limits of 10 and 60."
    )
    assert candidate.occasion == "month from 2026-03-01"


def test_a_fixed_step_was_lowered_by_the_playbook_alone() -> None:
    fixed = goal(0, step=20, step_min=None, step_max=None)

    candidate = step_lowered.evaluate(rule_context(report(state="open", goals=(fixed,)), ladders=(LOWERED,)))

    assert candidate is not None
    for text in (*candidate.wordings, candidate.reason):
        assert text.endswith("The playbook sets the size of the steps.")
        assert "weeks" not in text


@pytest.mark.parametrize(
    ("ladder", "is_silent"),
    [
        (replace(LOWERED, lowered_from=None), False),
        (replace(LOWERED, period_start=date(2026, 2, 1)), False),
        (replace(LOWERED, goal=GoalKey("week")), False),
        (LOWERED, True),
    ],
    ids=["it is not smaller", "it was last month", "another goal", "history"],
)
def test_it_is_not_proposed_when(ladder: Ladder, *, is_silent: bool) -> None:
    today = report(goals=(goal(0),), silent=is_silent)

    assert step_lowered.evaluate(rule_context(today, ladders=(ladder,))) is None


def test_of_two_goals_the_one_whose_step_is_smaller_is_named() -> None:
    week = goal(0, key=GoalKey("week"), label="Calls this week", period="week")
    same = replace(LOWERED, goal=week.key, lowered_from=None)

    candidate = step_lowered.evaluate(rule_context(report(goals=(week, goal(0))), ladders=(same, LOWERED)))

    assert candidate is not None
    assert "calls this month" in candidate.wordings[0]
