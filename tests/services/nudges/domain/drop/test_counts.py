"""Probabilities of counts, against ones worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.domain.drop.counts import WorkedDay, mid_p_value, normal_score


def _compositions(count: int, size: int) -> int:
    """In how many ways `count` is the sum of `size` whole numbers."""
    return math.comb(count + size - 1, count)


@pytest.mark.parametrize(
    ("count", "total", "size", "other_size"), [(0, 10, 3, 5), (4, 10, 3, 5), (10, 10, 3, 5), (7, 40, 5, 20)]
)
def test_the_mid_p_value_is_that_of_the_negative_hypergeometric(count: int, total: int, size: int, other_size: int) -> None:
    probabilities = [
        _compositions(part, size) * _compositions(total - part, other_size) / _compositions(total, size + other_size)
        for part in range(count + 1)
    ]

    value = mid_p_value(count, total=total, size=size, other_size=other_size)

    assert value == pytest.approx(sum(probabilities) - probabilities[-1] / 2, rel=1e-9)


def test_without_overdispersion_it_is_that_of_the_binomial() -> None:
    probabilities = [math.comb(30, part) * 0.25**part * 0.75 ** (30 - part) for part in range(6)]

    value = mid_p_value(5, total=30, size=1e7, other_size=3e7)

    assert value == pytest.approx(sum(probabilities) - probabilities[-1] / 2, rel=1e-4)


@given(st.integers(0, 300), st.floats(0, 3_000), st.floats(0.1, 500), st.floats(0.1, 5_000))
def test_it_rises_with_the_count_and_stays_between_0_and_1(count: int, rest: float, size: float, other_size: float) -> None:
    total = count + 1 + rest

    lower, higher = (mid_p_value(part, total=total, size=size, other_size=other_size) for part in (count, count + 1))

    assert 0 <= lower <= higher + 1e-6 <= 1 + 1e-6


def test_a_score_is_the_normal_quantile_and_always_finite() -> None:
    assert normal_score(0.5) == 0
    assert normal_score(0.025) == pytest.approx(-1.96, abs=0.001)
    assert math.isfinite(normal_score(0))
    assert math.isfinite(normal_score(1))


@pytest.mark.parametrize(
    ("weekday", "count", "exposure"),
    [(7, 1, 1.0), (-1, 1, 1.0), (0, -1, 1.0), (0, 1, 0.0), (0, 1, 1.01)],
    ids=["no weekday", "a weekday before Monday", "a negative count", "no part of the day", "more than a day"],
)
def test_what_is_no_worked_day_is_refused(weekday: int, count: int, exposure: float) -> None:
    with pytest.raises(ValueError, match="leave out days that were not worked"):
        WorkedDay(weekday=weekday, count=count, exposure=exposure)


def test_the_edges_of_a_worked_day_are_accepted() -> None:
    assert WorkedDay(weekday=0, count=0, exposure=0.01).count == 0
    assert WorkedDay(weekday=6, count=0, exposure=1.0).weekday == 6
