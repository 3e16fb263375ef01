"""Day plan, and its near misses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.nudges.context.rule_context import RuleContext
from services.nudges.rules.day_plan import day_plan
from shared.events import BehaviourKey, DayReport, NudgeKind, Presence
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import behaviour, open_report, report, rule_context, worked_days

PLAN = (behaviour("Calls", 0, 10), behaviour("Meetings", 0, 2), behaviour("Demos", 0, 0))
TODAY = open_report(behaviours=PLAN)


def _morning(
    today: DayReport = TODAY, *, now: str = "09:00", wants_day_plan: bool = True, knows_playbook: bool = True
) -> RuleContext:
    """A Monday with targets of ten calls and two meetings, after a Friday that fell short."""
    return rule_context(
        today, *worked_days(20), now=at(MONDAY, now), wants_day_plan=wants_day_plan, knows_playbook=knows_playbook
    )


def test_it_lists_the_targets_and_says_nothing_of_the_day_before() -> None:
    candidate = day_plan.evaluate(_morning())

    assert candidate is not None
    assert (candidate.kind, candidate.is_shortfall, candidate.is_opt_in) == (NudgeKind.COACHING, False, True)
    assert candidate.occasion == "2026-03-02"
    for wording in candidate.wordings:
        assert "10 calls and 2 meetings" in wording
        assert "Ana" in wording
        assert "morning" not in wording.lower()  # a shift may begin at noon
        assert not any(phrase in wording.lower() for phrase in ("demos", "friday", "yesterday", "20", "missed", "only"))
    assert candidate.reason == "Today's targets come from the North playbook, in force since Thursday 1 January."


@pytest.mark.parametrize(
    ("playbook_from", "since"), [(date(2025, 12, 1), ", in force since Monday 1 December 2025."), (None, ".")]
)
def test_the_reason_says_since_when_the_playbook_is_in_force(playbook_from: date | None, since: str) -> None:
    candidate = day_plan.evaluate(_morning(open_report(behaviours=PLAN, playbook_from=playbook_from)))

    assert candidate is not None
    assert candidate.reason == f"Today's targets come from the North playbook{since}"


@pytest.mark.parametrize(
    ("day", "quote"), [(date(2026, 3, 2), "meetings: “See people.”"), (date(2026, 3, 3), "calls: “They win deals.”")]
)
def test_it_quotes_one_reason_of_the_manager_a_day(day: date, quote: str) -> None:
    reasons = {BehaviourKey("calls"): "They win deals.", BehaviourKey("meetings"): "See people.", BehaviourKey("demos"): "No."}
    context = _morning(open_report(day, behaviours=PLAN))

    candidate = day_plan.evaluate(replace(context, reasons=reasons, now=at(day, "09:00")))

    assert candidate is not None
    assert candidate.reason.endswith(f" Your manager on {quote}")


def test_a_rep_who_gets_it_every_day_gets_no_wording_twice_in_two_weeks() -> None:
    candidate = day_plan.evaluate(_morning())

    assert candidate is not None
    assert len(set(candidate.wordings)) == 14


def test_on_a_part_day_it_lists_the_scaled_targets() -> None:
    half = (behaviour("Calls", 0, 5), behaviour("Meetings", 0, 0.5))

    candidate = day_plan.evaluate(_morning(open_report(behaviours=half, part=Decimal("0.5"))))

    assert candidate is not None
    assert all("5 calls and 0.5 meetings" in wording for wording in candidate.wordings)
    assert candidate.reason.endswith("You work 50% of the day, so they are scaled to that.")


@pytest.mark.parametrize(
    ("context", "is_proposed"),
    [
        (_morning(), True),
        (_morning(now="12:59"), True),
        (_morning(now="13:00"), False),
        (_morning(wants_day_plan=False), False),
        (_morning(knows_playbook=False), False),
        (_morning(report(score=None, state="open", behaviours=PLAN, presence=Presence.ABSENT)), False),
        (_morning(report(score=None, state="open", behaviours=PLAN, presence=Presence.HOLIDAY)), False),
        (_morning(report(score=None, state="open", behaviours=PLAN, presence=Presence.DAY_OFF)), False),
        (_morning(report(score=None, state="open", behaviours=(behaviour("Calls", 0, 0),))), False),
        (_morning(report(score=0, state="open", behaviours=(behaviour("Calls", 0, 0),))), False),
        (_morning(report(score=99, state="open", behaviours=(behaviour("Calls", 9, 10),))), True),
        (_morning(report(score=100, state="open", behaviours=(behaviour("Calls", 10, 10),))), False),
        (_morning(report(score=0, state="closed", behaviours=PLAN)), False),
        (_morning(open_report(behaviours=PLAN, work_ends_at=None)), False),
        (_morning(open_report(behaviours=PLAN, silent=True)), False),
    ],
    ids=[
        "wanted, in the morning of a working day",
        "just before the middle of the day",
        "at the middle of the day",
        "not wanted",
        "the playbook was not announced before the day",
        "on leave",
        "a holiday",
        "a day off",
        "no target, no score",
        "no target",
        "nearly done already",
        "done already",
        "the day is over",
        "no working hours",
        "history",
    ],
)
def test_it_is_proposed_when(context: RuleContext, *, is_proposed: bool) -> None:
    assert (day_plan.evaluate(context) is not None) is is_proposed
