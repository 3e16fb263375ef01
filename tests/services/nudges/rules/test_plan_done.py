"""Plan done, and its near misses."""

import re
from datetime import timedelta

import pytest

from services.nudges.rules.plan_done import plan_done
from shared.events import DayReport
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import behaviour, report, rule_context

BELOW = "1 of 3 meetings and 0 of 1 proposal"


def test_it_is_proposed_at_a_score_of_a_hundred() -> None:
    candidate = plan_done.evaluate(rule_context(report(score=100, state="open")))

    assert candidate is not None
    assert (candidate.occasion, candidate.is_everyday) == ("2026-03-02", True)
    assert all("today" in wording and "Ana" in wording for wording in candidate.wordings)
    assert candidate.wordings[7].startswith("You're on plan today, Ana:")
    assert not any("full day" in wording for wording in candidate.wordings)  # it may have been half a day
    assert candidate.reason == "Your score for today is 100, and all of your targets are met."


def test_what_goes_beyond_a_target_says_what_was_planned() -> None:
    behaviours = (behaviour("Calls", 12, 10), behaviour("Meetings", 2, 2))

    candidate = plan_done.evaluate(rule_context(report(score=110, state="open", behaviours=behaviours)))

    assert candidate is not None
    assert candidate.wordings[0] == "Plan done today, Ana: 12 calls (10 planned) and 2 of 2 meetings. Great work."


@pytest.mark.parametrize(
    ("days_later", "open_since"),
    [
        (0, "Still below target: 1 of 3 meetings and 0 of 1 proposal."),
        (1, " Below target: 1 of 3 meetings and 0 of 1 proposal."),
    ],
)
def test_a_plan_that_one_behaviour_carried_is_not_called_done_and_says_what_is_open(days_later: int, open_since: str) -> None:
    behaviours = (behaviour("Calls", 15, 10), behaviour("Meetings", 1, 3), behaviour("Proposals", 0, 1))
    context = rule_context(
        report(score=102, state="open", behaviours=behaviours), now=at(MONDAY + timedelta(days=days_later), "13:00")
    )

    candidate = plan_done.evaluate(context)

    assert candidate is not None
    assert len(set(candidate.wordings)) == 14
    for wording in candidate.wordings:
        assert open_since in wording
        assert "15 calls (10 planned)" in wording
        assert "102" in wording
        assert not re.search("plan done|your plan|on plan|finished|completed", wording, re.IGNORECASE)
    assert candidate.reason.endswith(
        "is 102: more of one thing made up for less of another (15 calls (10 planned), 1 of 3 meetings and 0 of 1 proposal)."
    )


@pytest.mark.parametrize(
    ("days_later", "day"), [(1, "yesterday"), (2, "on Monday"), (6, "on Monday"), (7, "on Monday 2 March")]
)
def test_a_belated_one_is_celebrated_for_the_day_on_which_it_was_due(days_later: int, day: str) -> None:
    candidate = plan_done.evaluate(rule_context(report(score=100), now=at(MONDAY + timedelta(days=days_later), "09:00")))

    assert candidate is not None
    assert all(day in wording for wording in candidate.wordings)
    assert candidate.wordings[7].startswith(f"You were on plan {day}, Ana:")


@pytest.mark.parametrize(
    "near_miss",
    [report(score=99.99), report(score=None), report(score=100, silent=True)],
    ids=["just below", "no target", "history"],
)
def test_it_is_not_proposed_when(near_miss: DayReport) -> None:
    assert plan_done.evaluate(rule_context(near_miss)) is None


def test_a_rep_who_is_on_plan_every_day_gets_no_wording_twice_in_two_weeks() -> None:
    candidate = plan_done.evaluate(rule_context(report(score=100)))

    assert candidate is not None
    assert len(set(candidate.wordings)) == 14
