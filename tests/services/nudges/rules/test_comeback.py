"""Comeback, and its near misses."""

from datetime import timedelta

import pytest

from services.nudges.rules.comeback import comeback
from shared.events import DayReport, Presence
from tests.services.nudges.builders.days import FRIDAY, MONDAY, WEDNESDAY, at
from tests.services.nudges.builders.reports import calls_and_proposals, report, rule_context, worked_days

DONE = report(score=100, state="open")


@pytest.mark.parametrize(
    ("scores_before", "is_proposed"),
    [((100, 60, 60), True), ((0, 0, 0, 0), True), ((100, 60), False), ((60, 60, 100), False), ((), False), ((60, 99.99), True)],
)
def test_it_follows_two_or_more_missed_days(scores_before: tuple[float, ...], *, is_proposed: bool) -> None:
    candidate = comeback.evaluate(rule_context(DONE, *worked_days(*scores_before)))

    assert (candidate is not None) is is_proposed


@pytest.mark.parametrize(("counts", "is_proposed"), [((1, 0, 1), True), ((1, 0, 0), False), ((0, 0, 0), False)])
def test_days_without_any_activity_are_not_missed(counts: tuple[int, ...], *, is_proposed: bool) -> None:
    days = [report(MONDAY - timedelta(days=back), score=0, count=count) for back, count in enumerate(counts, start=3)]

    assert (comeback.evaluate(rule_context(DONE, *days)) is not None) is is_proposed


def test_if_more_of_one_behaviour_made_up_for_another_that_one_is_named() -> None:
    candidate = comeback.evaluate(rule_context(calls_and_proposals(20, 0, score=100, state="open"), *worked_days(60, 60)))

    assert candidate is not None
    assert candidate.wordings[0] == (
        "Your score got back to 100 today, Ana: 20 calls (10 planned). Nice recovery after two slow days. "
        "Still below target: 0 of 1 proposal."
    )
    assert all(wording.endswith("Still below target: 0 of 1 proposal.") for wording in candidate.wordings)
    assert not any("on plan" in wording or "your plan" in wording for wording in candidate.wordings)
    assert candidate.reason.startswith("Your score reached 100 today after two missed days (")


@pytest.mark.parametrize("today", [report(score=99.99, state="open"), report(score=None)], ids=["not done", "no target"])
def test_it_needs_the_plan_done(today: DayReport) -> None:
    assert comeback.evaluate(rule_context(today, *worked_days(60, 60))) is None


def test_leave_between_missed_days_neither_helps_nor_hurts() -> None:
    missed = worked_days(60, until=MONDAY - timedelta(days=10)) + worked_days(60, until=MONDAY - timedelta(days=3))
    leave = [report(MONDAY - timedelta(days=back), presence=Presence.ABSENT, score=None) for back in (3, 4)]

    assert comeback.evaluate(rule_context(report(score=100), *missed, *leave)) is not None


@pytest.mark.parametrize(("days_ago", "is_proposed"), [(42, True), (43, False)])
def test_missed_days_count_for_six_weeks(days_ago: int, *, is_proposed: bool) -> None:
    yesterday, long_ago = (report(MONDAY - timedelta(days=back)) for back in (1, days_ago))

    candidate = comeback.evaluate(rule_context(report(score=100), long_ago, yesterday))

    assert (candidate is not None) is is_proposed


def test_the_first_wording_is_the_one_for_today_and_the_reason_names_the_missed_days() -> None:
    candidate = comeback.evaluate(
        rule_context(report(WEDNESDAY, score=100, state="open"), *worked_days(60, 60, until=WEDNESDAY))
    )

    assert candidate is not None
    assert candidate.wordings[0] == "You're back on plan, Ana: 10 of 10 calls. Nice recovery after two slow days."
    assert candidate.reason == "Plan reached today after two missed days (Mon, Tue)."


def test_a_belated_one_names_its_day() -> None:
    context = rule_context(report(score=100), *worked_days(60, 60), now=at(MONDAY + timedelta(days=1), "09:00"))

    candidate = comeback.evaluate(context)

    assert candidate is not None
    assert all("yesterday" in wording for wording in candidate.wordings)
    assert candidate.wordings[0].startswith("You got back on plan yesterday, Ana:")
    assert candidate.wordings[1].startswith("You made it back to your plan yesterday, Ana:")


def test_five_missed_days_are_not_listed_even_within_a_week() -> None:
    """Saturday follows a week that was missed from Monday to Friday."""
    saturday = FRIDAY + timedelta(days=1)

    candidate = comeback.evaluate(rule_context(report(saturday, score=100), *worked_days(*[60] * 5, until=saturday)))

    assert candidate is not None
    assert "(since Monday 2 March)" in candidate.reason


@pytest.mark.parametrize(
    ("missed", "phrase", "listed"),
    [
        (4, "after four slow days.", "(Mon, Tue, Wed, Thu)"),
        (5, "after five slow days.", "(since Friday 27 February)"),
        (6, "after a slow stretch.", "(since Thursday 26 February)"),
    ],
    ids=["four days are listed", "five are not", "six are not counted"],
)
def test_many_missed_days_are_not_listed_one_by_one(missed: int, phrase: str, listed: str) -> None:
    candidate = comeback.evaluate(
        rule_context(report(FRIDAY, score=100, state="open"), *worked_days(*[60] * missed, until=FRIDAY))
    )

    assert candidate is not None
    assert candidate.wordings[0].endswith(phrase)
    assert listed in candidate.reason


@pytest.mark.parametrize(("days_later", "listed"), [(0, "(Thu, Fri)"), (2, "(Thu, Fri)"), (3, "(since Thursday 26 February)")])
def test_weekdays_name_missed_days_for_less_than_a_week(days_later: int, listed: str) -> None:
    context = rule_context(report(score=100), *worked_days(60, 60), now=at(MONDAY + timedelta(days=days_later), "09:00"))

    candidate = comeback.evaluate(context)

    assert candidate is not None
    assert listed in candidate.reason


def test_all_missed_days_of_the_run_are_counted_however_long_ago_they_were() -> None:
    """Forty working days are eight weeks."""
    candidate = comeback.evaluate(rule_context(report(score=100), *worked_days(100, *[60] * 40)))

    assert candidate is not None
    assert "after 40 missed days (since Monday 5 January)" in candidate.reason
