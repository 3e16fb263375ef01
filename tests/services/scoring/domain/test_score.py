"""The daily score."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.score import as_decimal, score_day, two_decimals
from shared.events import BehaviourKey
from tests.services.scoring.domain.builders import behaviour, playbook

MONDAY = date(2026, 3, 2)
CALLS, PROPOSALS = BehaviourKey("calls"), BehaviourKey("proposals")
PLAN = playbook(behaviour(CALLS, target=10, weight=60), behaviour(PROPOSALS, target=2, weight=40))


def test_the_plan_done_scores_a_hundred() -> None:
    assert score_day(PLAN, {CALLS: 10, PROPOSALS: 2}, day=MONDAY, share=Fraction(1)).value == 100


def test_the_cap_keeps_one_behaviour_from_making_up_for_the_others() -> None:
    assert score_day(PLAN, {CALLS: 1_000}, day=MONDAY, share=Fraction(1)).value == 90


def test_half_a_day_needs_half_of_the_targets() -> None:
    assert score_day(PLAN, {CALLS: 5, PROPOSALS: 1}, day=MONDAY, share=Fraction(1, 2)).value == 100


def test_a_day_without_a_target_has_no_score() -> None:
    assert score_day(PLAN, {CALLS: 5}, day=MONDAY, share=Fraction(0)).value is None
    assert score_day(None, {}, day=MONDAY, share=Fraction(1)).value is None


def test_a_behaviour_without_a_target_that_day_has_no_weight() -> None:
    plan = playbook(behaviour("calls", target=10, weight=60), behaviour("visits", target=0, weight=40))

    assert score_day(plan, {CALLS: 5}, day=MONDAY, share=Fraction(1)).value == 50


@pytest.mark.parametrize("target", [0.25, 1])
def test_a_small_target_counts_like_any_other(target: float) -> None:
    score = score_day(playbook(behaviour(target=target)), {CALLS: 1}, day=MONDAY, share=Fraction(1, 2))

    assert score.value == score.lines[0].points == 150


def test_the_points_of_the_lines_add_up_to_the_score() -> None:
    score = score_day(PLAN, {CALLS: 3, PROPOSALS: 1}, day=MONDAY, share=Fraction(1))

    assert sum(line.points for line in score.lines) == score.value == Fraction(38)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "0.00"),
        (Fraction(12345, 1000), "12.35"),
        (Fraction(123449, 10_000), "12.34"),
        (Fraction(200, 3), "66.67"),
        (Fraction(100), "100.00"),
    ],
)
def test_halves_of_a_hundredth_are_rounded_up(value: Fraction, shown: str) -> None:
    assert str(two_decimals(value)) == shown


def test_a_fraction_is_displayed_with_up_to_four_decimals() -> None:
    assert [str(as_decimal(value)) for value in (Fraction(10), Fraction(5, 2), Fraction(2, 3), Fraction(1, 20_000))] == [
        "10",
        "2.5",
        "0.6667",
        "0.0001",
    ]


@given(st.integers(0, 50), st.integers(0, 5))
def test_more_of_anything_never_lowers_the_score(calls: int, proposals: int) -> None:
    def value(more: int) -> Fraction:
        score = score_day(PLAN, {CALLS: calls + more, PROPOSALS: proposals}, day=MONDAY, share=Fraction(1)).value
        assert score is not None
        return score

    assert value(1) >= value(0)
