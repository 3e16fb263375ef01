"""Welcome back, and its near misses."""

from dataclasses import replace
from datetime import date

import pytest

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.moments import Moment
from services.nudges.domain.roster.leave import Leave
from services.nudges.rules.catalogue import rules_at
from services.nudges.rules.welcome_back import welcome_back
from shared.events import DayReport, NudgeKind
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import behaviour, open_report, report, rule_context, worked_days

PLAN = (behaviour("Calls", 0, 10), behaviour("Meetings", 0, 2), behaviour("Demos", 0, 0))
TODAY = open_report(behaviours=PLAN)
LEAVE = Leave(first=date(2026, 2, 16), last=date(2026, 2, 27))


def _back(today: DayReport = TODAY, *, now: str = "09:00", leave: Leave | None = LEAVE) -> RuleContext:
    """A Monday after two weeks of leave, with targets of ten calls and two meetings."""
    return replace(rule_context(today, *worked_days(20, until=LEAVE.first), now=at(MONDAY, now)), leave=leave)


def test_it_lists_the_plan_and_counts_nothing_of_the_time_away() -> None:
    candidate = welcome_back.evaluate(_back())

    assert candidate is not None
    assert (candidate.kind, candidate.is_shortfall, candidate.since) == (NudgeKind.COACHING, False, None)
    for wording in candidate.wordings:
        assert "Ana" in wording
        assert "10 calls and 2 meetings." in wording
        assert "Demos" not in wording
    assert candidate.reason == "Your absence was entered until Friday. Those days have no targets."


def test_there_is_one_for_each_leave() -> None:
    first, again = welcome_back.evaluate(_back()), welcome_back.evaluate(_back(now="09:05"))
    longer = welcome_back.evaluate(_back(leave=replace(LEAVE, last=date(2026, 3, 1))))

    assert first is not None
    assert again is not None
    assert longer is not None
    assert first.occasion == again.occasion == longer.occasion == "leave from 2026-02-16"


@pytest.mark.parametrize(
    ("wants_day_plan", "knows_playbook", "has_plan"), [(True, True, False), (True, False, True), (False, True, True)]
)
def test_whoever_gets_the_day_plan_finds_the_targets_there(
    *, wants_day_plan: bool, knows_playbook: bool, has_plan: bool
) -> None:
    candidate = welcome_back.evaluate(replace(_back(), wants_day_plan=wants_day_plan, knows_playbook=knows_playbook))

    assert candidate is not None
    assert all(("10 calls" in wording) is has_plan for wording in candidate.wordings)


def test_it_comes_before_what_the_morning_would_hold_against_the_rep() -> None:
    names = [rule.name for rule in rules_at(Moment.MORNING)]

    assert names.index("welcome_back") < names.index("drop")


@pytest.mark.parametrize(
    ("context", "is_proposed"),
    [
        (_back(now="12:59"), True),
        (_back(now="13:00"), False),
        (_back(leave=None), False),
        (_back(report(score=99, state="open", behaviours=(behaviour("Calls", 9, 10),))), True),
        (_back(report(score=100, state="open", behaviours=(behaviour("Calls", 10, 10),))), False),
        (_back(report(score=None, state="open", behaviours=PLAN)), False),
        (_back(report(score=0, state="closed", behaviours=PLAN)), False),
        (_back(open_report(behaviours=PLAN, work_ends_at=None)), False),
        (_back(open_report(behaviours=PLAN, silent=True)), False),
    ],
    ids=[
        "just before the middle of the day",
        "at the middle of the day",
        "no leave",
        "nearly done already",
        "done already",
        "no target",
        "the day is over",
        "no working hours",
        "history",
    ],
)
def test_it_is_proposed_when(context: RuleContext, *, is_proposed: bool) -> None:
    assert (welcome_back.evaluate(context) is not None) is is_proposed
