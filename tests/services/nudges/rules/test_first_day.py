"""First day, and its near misses."""

from dataclasses import replace

import pytest

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.moments import Moment
from services.nudges.rules.catalogue import rules_at
from services.nudges.rules.first_day import first_day
from shared.events import DayReport, NudgeKind
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import behaviour, open_report, report, rule_context

PLAN = (behaviour("Calls", 0, 10), behaviour("Meetings", 0, 1))
TODAY = open_report(behaviours=PLAN)


def _new(today: DayReport = TODAY, *, now: str = "09:00", is_first_day: bool = True) -> RuleContext:
    """A Monday on which Ana starts."""
    return replace(rule_context(today, now=at(MONDAY, now)), is_first_day=is_first_day)


def test_it_says_what_counts_and_where_to_see_it() -> None:
    candidate = first_day.evaluate(_new())

    assert candidate is not None
    assert (candidate.kind, candidate.is_shortfall, candidate.occasion) == (NudgeKind.COACHING, False, "2026-03-02")
    for wording in candidate.wordings:
        assert "Ana" in wording
        assert "10 calls and 1 meeting." in wording
        assert "your page" in wording.lower()
    assert candidate.reason == (
        "According to the roster, this is your first working day. The targets come from the North playbook."
    )


def test_nothing_else_of_the_morning_comes_before_it() -> None:
    assert rules_at(Moment.MORNING)[0] is first_day


@pytest.mark.parametrize(
    ("context", "is_proposed"),
    [
        (_new(now="12:59"), True),
        (_new(now="13:00"), False),
        (_new(is_first_day=False), False),
        (_new(report(score=None, state="open", behaviours=PLAN)), False),
        (_new(report(score=0, state="closed", behaviours=PLAN)), False),
        (_new(open_report(behaviours=PLAN, work_ends_at=None)), False),
        (_new(open_report(behaviours=PLAN, silent=True)), False),
    ],
    ids=[
        "just before the middle of the day",
        "at the middle of the day",
        "not the first day",
        "no target",
        "the day is over",
        "no working hours",
        "history",
    ],
)
def test_it_is_proposed_when(context: RuleContext, *, is_proposed: bool) -> None:
    assert (first_day.evaluate(context) is not None) is is_proposed
