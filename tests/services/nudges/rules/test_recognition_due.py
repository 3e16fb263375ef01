"""Recognition due, and its near misses."""

from datetime import date, timedelta

import pytest

from services.nudges.context.team_context import Member
from services.nudges.rules.recognition_due import recognition_due
from shared.events import Mention, NudgeKind
from tests.services.nudges.rules.teams import CALLS_ONLY, FRIDAY, MONDAY, PLAN, THIN, member, team


def test_it_quotes_what_was_done() -> None:
    called = recognition_due(team(member("Ana", PLAN, PLAN, THIN, PLAN, PLAN)))

    assert called is not None
    assert called.kind is NudgeKind.RECOGNITION
    assert called.about == (Mention(id="ana"),)
    assert all("the plan done on 4 of the last 5 worked days, 43 calls in them" in wording for wording in called.wordings)
    assert len(set(called.wordings)) == 8
    assert all(len(wording) <= 200 for wording in called.wordings)


def test_effort_counts_without_result_too_and_says_so() -> None:
    called = recognition_due(team(member("Ana", CALLS_ONLY, CALLS_ONLY, THIN, CALLS_ONLY, CALLS_ONLY)))

    assert called is not None
    assert "calls at target on 4 of the last 5 worked days, 43 calls in them, whatever came of it" in called.wordings[0]


@pytest.mark.parametrize(
    "near_miss",
    [
        member("Ana", PLAN, PLAN, PLAN, PLAN),
        member("Ana", PLAN, PLAN, THIN, THIN, THIN),
        member("Ana", THIN, (9, 1), PLAN, PLAN, THIN),
        member("Ana", *[PLAN] * 9, recognised_on=FRIDAY - timedelta(days=4)),
        member("Ana", *[PLAN] * 9, recognised_on=FRIDAY),
    ],
    ids=["four days known", "two days of effort", "nine calls of ten are no effort", "four days since", "recognised on Friday"],
)
def test_it_is_not_called_for_when(near_miss: Member) -> None:
    assert recognition_due(team(near_miss)) is None


def test_five_worked_days_after_a_word_it_is_due_again() -> None:
    since = FRIDAY - timedelta(days=7)

    assert recognition_due(team(member("Ana", *[PLAN] * 9, recognised_on=since))) is not None


@pytest.mark.parametrize(
    ("members", "first"),
    [
        ((member("Ana", *[PLAN] * 6), member("Ben", *[PLAN] * 7)), "ben"),
        ((member("Ana", *[PLAN] * 9, recognised_on=date(2026, 3, 6)), member("Ben", *[CALLS_ONLY] * 6)), "ben"),
        ((member("Ana", *[PLAN] * 6), member("Ben", *[PLAN] * 6)), "ana"),
        ((member("Ana", *[THIN] * 9), member("Ben", *[PLAN] * 5)), "ben"),
    ],
    ids=["more days", "more days since, though less done", "a tie goes by name", "without effort nobody is due"],
)
def test_who_has_gone_without_for_longest_comes_first(members: tuple[Member, ...], first: str) -> None:
    called = recognition_due(team(*members))

    assert called is not None
    assert called.about == (Mention(id=first),)
    assert called.occasion == f"{first}:{MONDAY}"


@pytest.mark.parametrize(("this_week", "is_called"), [(0, True), (2, True), (3, False)])
def test_three_a_week_are_enough(this_week: int, is_called: bool) -> None:
    called = recognition_due(team(member("Ana", *[PLAN] * 5), recognitions=this_week))

    assert (called is not None) is is_called
