"""Recognition due, and its near misses."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.context.team_context import TeamMember
from services.nudges.rules.recognition_due import recognition_due
from shared.events import Mention, NudgeKind
from tests.services.nudges.builders.days import working_days
from tests.services.nudges.builders.reports import behaviour
from tests.services.nudges.rules.teams import (
    CALLS_ONLY,
    FEW_CALLS,
    FRIDAY,
    MONDAY,
    PLAN,
    away,
    day_of,
    member,
    member_with,
    named,
    team,
)


def test_it_quotes_what_was_done() -> None:
    candidate = recognition_due.evaluate(team(member("Ana", PLAN, PLAN, FEW_CALLS, PLAN, PLAN)))

    assert candidate is not None
    assert candidate.kind is NudgeKind.RECOGNITION
    assert candidate.about == (Mention(id=named("Ana").id),)
    facts = "lan done on 4 of the last 5 working days, and 43 calls over those days"
    assert all(facts in wording for wording in candidate.wordings)
    assert len(set(candidate.wordings)) == 8
    assert candidate.reason.startswith("As far as Daymark knows, no manager has thanked Ana Doe in the last 5 working days.")


def test_effort_without_results_counts_too() -> None:
    candidate = recognition_due.evaluate(team(member("Ana", CALLS_ONLY, CALLS_ONLY, FEW_CALLS, CALLS_ONLY, CALLS_ONLY)))

    assert candidate is not None
    assert candidate.wordings[0] == (
        "Ana has earned a thank-you: plan or calls target reached on 4 of the last 5 working days, 43 calls in all."
    )
    assert candidate.wordings[1].startswith("Have you thanked Ana for this? Plan or calls target reached on 4")


def test_the_target_that_is_named_was_reached_on_as_many_days_as_it_says() -> None:
    """On the two days before the last three something else had the largest target."""
    other = (behaviour("Demos", 20, 20), behaviour("Calls", 1, 10))
    ana = member("Ana", *[CALLS_ONLY] * 5)
    changed = [day.model_copy(update={"behaviours": other}) if number > 2 else day for number, day in enumerate(ana.days)]

    candidate = recognition_due.evaluate(team(replace(ana, days=tuple(changed))))

    assert candidate is not None
    assert "plan or calls target reached on 3 of the last 5 working days" in candidate.wordings[0]


@pytest.mark.parametrize(
    ("counts", "facts"),
    [
        ((PLAN, PLAN, PLAN, FEW_CALLS, FEW_CALLS), "plan done on 3 of the last 5 working days"),
        ((PLAN, PLAN, CALLS_ONLY, FEW_CALLS, FEW_CALLS), "plan or calls target reached on 3 of the last 5 working days"),
    ],
    ids=["three days on plan", "two days on plan"],
)
def test_three_days_of_effort_are_enough(counts: tuple[tuple[int, int], ...], facts: str) -> None:
    candidate = recognition_due.evaluate(team(member("Ana", *counts)))

    assert candidate is not None
    assert facts in candidate.wordings[0]


@pytest.mark.parametrize(
    "near_miss",
    [
        member("Ana", PLAN, PLAN, PLAN, PLAN),
        member("Ana", PLAN, PLAN, FEW_CALLS, FEW_CALLS, FEW_CALLS),
        member("Ana", PLAN, FEW_CALLS, FEW_CALLS, FEW_CALLS, PLAN, PLAN),
        member("Ana", FEW_CALLS, (9, 1), PLAN, PLAN, FEW_CALLS),
        member("Ana", *[PLAN] * 9, recognised_on=FRIDAY - timedelta(days=4)),
        member("Ana", *[PLAN] * 9, recognised_on=FRIDAY),
    ],
    ids=[
        "four days known",
        "two days of effort",
        "a third day of effort is six days ago",
        "nine calls of ten are no effort",
        "four days since",
        "recognised on Friday",
    ],
)
def test_it_is_not_proposed_when(near_miss: TeamMember) -> None:
    assert recognition_due.evaluate(team(near_miss)) is None


def test_five_worked_days_after_a_recognition_it_is_due_again() -> None:
    since = FRIDAY - timedelta(days=7)

    assert recognition_due.evaluate(team(member("Ana", *[PLAN] * 9, recognised_on=since))) is not None


@pytest.mark.parametrize(
    ("members", "first"),
    [
        ((member("Ana", *[PLAN] * 6), member("Ben", *[PLAN] * 7)), "Ben"),
        ((member("Ana", *[PLAN] * 9, recognised_on=date(2026, 3, 6)), member("Ben", *[CALLS_ONLY] * 6)), "Ben"),
        ((member("Ana", *[PLAN] * 6), member("Ben", *[PLAN] * 6)), "Ana"),
        ((member("Ana", *[FEW_CALLS] * 9), member("Ben", *[PLAN] * 5)), "Ben"),
    ],
    ids=["more days", "more days since, though less done", "a tie goes by name", "without effort nobody is due"],
)
def test_the_rep_who_has_gone_without_for_longest_comes_first(members: tuple[TeamMember, ...], first: str) -> None:
    candidate = recognition_due.evaluate(team(*members))

    assert candidate is not None
    assert candidate.about == (Mention(id=named(first).id),)
    assert candidate.occasion == f"{first.lower()}:{MONDAY}"


@pytest.mark.parametrize(("this_week", "is_proposed"), [(0, True), (2, True), (3, False), (4, False)])
def test_three_a_week_are_enough(this_week: int, *, is_proposed: bool) -> None:
    candidate = recognition_due.evaluate(team(member("Ana", *[PLAN] * 5), recognitions=this_week))

    assert (candidate is not None) is is_proposed


def test_the_largest_target_of_the_newest_day_is_quoted() -> None:
    days = [day_of("Ana", day, PLAN) for day in working_days(5, until=MONDAY)]
    days[-1] = days[-1].model_copy(update={"behaviours": days[-1].behaviours[1:]})

    candidate = recognition_due.evaluate(team(member_with(days, "Ana", {})))

    assert candidate is not None
    assert "5 meetings over those days" in candidate.wordings[0]


def test_a_reminder_does_not_shorten_the_time_without_recognition() -> None:
    ana = replace(member("Ana", *[PLAN] * 17), reminded_on=MONDAY - timedelta(days=14))

    candidate = recognition_due.evaluate(team(ana))

    assert candidate is not None
    assert "in the last 17 working days" in candidate.reason


@pytest.mark.parametrize(("reminded_days_ago", "is_due"), [(7, False), (8, True)])
def test_nobody_is_reminded_of_a_rep_again_within_five_working_days(reminded_days_ago: int, is_due: bool) -> None:
    ana = replace(member("Ana", *[PLAN] * 17), reminded_on=MONDAY - timedelta(days=reminded_days_ago))

    assert (recognition_due.evaluate(team(ana)) is not None) is is_due


def test_reminders_go_round_the_team() -> None:
    ana = replace(member("Ana", *[PLAN] * 17), reminded_on=MONDAY - timedelta(days=10))

    candidate = recognition_due.evaluate(team(ana, member("Ben", *[PLAN] * 12)))

    assert candidate is not None
    assert candidate.about == (Mention(id=named("Ben").id),)


@pytest.mark.parametrize("returns", [None, MONDAY + timedelta(days=1), MONDAY + timedelta(days=14)])
def test_nobody_is_reminded_of_a_rep_who_is_away_or_has_left(returns: date | None) -> None:
    assert recognition_due.evaluate(team(away(member("Ana", *[PLAN] * 9), returns))) is None


@pytest.mark.parametrize(
    ("before", "facts"),
    [
        ((PLAN, PLAN, FEW_CALLS, FEW_CALLS), "a score of 100 or more on 3 of the last 5 working days"),
        ((PLAN, CALLS_ONLY, FEW_CALLS, FEW_CALLS), "score of 100 or calls target reached on 3 of the last 5 working days"),
    ],
    ids=["three days with a score of 100", "two days"],
)
def test_a_day_that_one_behaviour_carried_is_not_called_done(before: tuple[tuple[int, int], ...], facts: str) -> None:
    ana = member("Ana", *before, (20, 0))
    newest, *others = ana.days
    carried = newest.model_copy(update={"score": Decimal(100)})

    candidate = recognition_due.evaluate(team(replace(ana, days=(carried, *others))))

    assert candidate is not None
    assert facts in candidate.wordings[0]
    assert "plan" not in candidate.wordings[0]
