"""Quiet afternoon, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.rules.quiet_afternoon import quiet_afternoon
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.reports import behaviour, open_report, report, rule_context, worked_days

ONE_O_CLOCK = at(MONDAY, "13:00")
EARLY_DAYS = worked_days(*[60] * 40)
NOTHING_YET = open_report()


def _days(firsts: str) -> list[DayReport]:
    """Worked days, oldest first, whose first activity was early (e) or late (l)."""
    days = zip(working_days(len(firsts)), firsts, strict=True)
    return [report(day, first="12:59" if first == "e" else "13:00") for day, first in days]


def test_it_is_proposed_from_the_middle_of_the_day_on() -> None:
    candidate = quiet_afternoon.evaluate(rule_context(NOTHING_YET, *EARLY_DAYS, now=ONE_O_CLOCK))

    assert candidate is not None
    assert candidate.reason == (
        "Nothing had counted by 13:00. Something had counted by the middle of the day on each of your last 40 working days."
    )
    assert candidate.cooldown_days == 14
    just_before = ONE_O_CLOCK - timedelta(seconds=1)
    assert quiet_afternoon.evaluate(rule_context(NOTHING_YET, *EARLY_DAYS, now=just_before)) is None


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (open_report(behaviours=(behaviour("Calls", 0, 10), behaviour("Meetings", 0, 1))), "your 10 calls"),
        (open_report(behaviours=(behaviour("Calls", 0, 0), behaviour("Meetings", 0, 1))), "your one meeting"),
        (open_report(behaviours=(behaviour("Meetings", 0, 2.5),)), "meetings"),
        (open_report(behaviours=(behaviour("Meetings", 0, 0),)), "your plan"),
    ],
    ids=["several", "one", "no whole number", "no target"],
)
def test_it_suggests_the_first_behaviour_of_the_plan(today: DayReport, first: str) -> None:
    candidate = quiet_afternoon.evaluate(rule_context(today, *EARLY_DAYS))

    assert candidate is not None
    assert candidate.wordings[0].endswith(f"how about {first}?")


@pytest.mark.parametrize(
    "near_miss",
    [
        report(score=5, count=1, state="open"),
        open_report(silent=True),
        report(score=0, count=0, state="closed"),
        report(score=None, count=0, state="open", presence=Presence.ABSENT),
        open_report(work_ends_at=None),
    ],
    ids=["something has counted", "history", "the day is closed", "on leave", "no working hours"],
)
def test_it_is_not_proposed_when(near_miss: DayReport) -> None:
    assert quiet_afternoon.evaluate(rule_context(near_miss, *EARLY_DAYS)) is None


@pytest.mark.parametrize(
    ("firsts", "is_proposed"),
    [("e" * 40, True), ("e" * 39, False), ("l" + "e" * 79, False), ("l" + "e" * 80, True), ("e" * 60 + "l", False)],
    ids=[
        "forty days that began early",
        "thirty-nine days known",
        "a late one among the last eighty",
        "a late one before these",
        "a late one yesterday",
    ],
)
def test_it_is_unusual_only_for_reps_who_always_have_something_by_then(firsts: str, *, is_proposed: bool) -> None:
    candidate = quiet_afternoon.evaluate(rule_context(NOTHING_YET, *_days(firsts)))

    assert (candidate is not None) is is_proposed


def test_a_day_that_is_not_over_says_nothing_of_what_is_usual() -> None:
    still_open = report(working_days(1)[0], state="open")

    assert quiet_afternoon.evaluate(rule_context(NOTHING_YET, *EARLY_DAYS[:39], still_open)) is None


def test_somebody_with_a_day_without_any_activity_may_be_away_again() -> None:
    empty = {"behaviours": (behaviour("Calls", 0, 10),), "first_counted_at": None}
    days = [*EARLY_DAYS[:20], EARLY_DAYS[20].model_copy(update=empty), *EARLY_DAYS[21:]]

    assert quiet_afternoon.evaluate(rule_context(NOTHING_YET, *days)) is None
