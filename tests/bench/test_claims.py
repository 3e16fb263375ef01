"""Claims of praise are read from its text and held against the day."""

from decimal import Decimal

import pytest

from bench.judge.claims import check_claims
from shared.events import BehaviourKey, BehaviourResult
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.reports import report, worked_days


def _line(label: str, count: int, target: int) -> BehaviourResult:
    return BehaviourResult(
        key=BehaviourKey(label.lower()),
        label=label,
        count=count,
        target=Decimal(target),
        weight=Decimal(1),
        points=Decimal(0),
    )


_DAY = report(MONDAY, score=100).model_copy(update={"behaviours": (_line("Calls", 12, 10), _line("Meetings", 1, 3))})


@pytest.mark.parametrize(
    "text",
    [
        "Plan done today, Ana: 12 calls (10 planned) and 1 of 3 meetings.",
        "Ana, you hit your plan today: 12 calls and 1 meeting.",
        "A score of 100 today, Ana.",
    ],
)
def test_what_the_day_bears_out_is_true(text: str) -> None:
    claims = check_claims(text, _DAY, [])

    assert claims
    assert all(claims)


@pytest.mark.parametrize(
    "text",
    [
        "Ana, 13 calls (10 planned).",
        "Ana, 12 calls (11 planned).",
        "Ana, 1 of 2 meetings.",
        "Ana, no meetings today.",
        "Ana, you scored 101 today.",
        "All of your targets are met, Ana.",
    ],
)
def test_what_the_day_does_not_bear_out_is_false(text: str) -> None:
    assert check_claims(text, _DAY, []) == [False]


def test_a_plan_that_was_not_done_is_a_false_claim() -> None:
    assert check_claims("Plan done today, Ana.", report(MONDAY, score=90), []) == [False]


def test_a_run_of_days_on_plan_is_counted_back() -> None:
    text = "Monday made it 3 working days on plan in a row, Ana."
    before = sorted(worked_days(100, 100), key=lambda day: day.day, reverse=True)
    missed = sorted(worked_days(50, 60), key=lambda day: day.day, reverse=True)

    assert all(check_claims(text, report(MONDAY, score=100), before))
    assert False in check_claims(text, report(MONDAY, score=100), missed)


def test_a_text_without_claims_is_not_judged() -> None:
    assert check_claims("Good to see you, Ana.", _DAY, []) == []
