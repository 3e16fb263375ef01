"""Chances of counts, against ones worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.nudges.domain.drop.counts import WorkedDay, chance_at_most, score_of


def _ways(count: int, size: int) -> int:
    """In how many ways `count` is the sum of `size` whole numbers."""
    return math.comb(count + size - 1, count)


@pytest.mark.parametrize(("count", "total", "size", "other"), [(0, 10, 3, 5), (4, 10, 3, 5), (10, 10, 3, 5), (7, 40, 5, 20)])
def test_a_share_of_a_total_is_counted_out(count: int, total: int, size: int, other: int) -> None:
    chances = [_ways(n, size) * _ways(total - n, other) / _ways(total, size + other) for n in range(count + 1)]

    chance = chance_at_most(count, total=total, size=size, size_other=other)

    assert chance == pytest.approx(sum(chances) - chances[-1] / 2, rel=1e-9)


def test_without_more_spread_than_chance_it_is_the_binomial() -> None:
    chances = [math.comb(30, n) * 0.25**n * 0.75 ** (30 - n) for n in range(6)]

    chance = chance_at_most(5, total=30, size=1e7, size_other=3e7)

    assert chance == pytest.approx(sum(chances) - chances[-1] / 2, rel=1e-4)


@given(st.integers(0, 300), st.floats(0, 3_000), st.floats(0.1, 500), st.floats(0.1, 5_000))
def test_a_higher_count_is_never_less_likely_to_be_reached(count: int, rest: float, size: float, other: float) -> None:
    total = count + 1 + rest

    lower, higher = (chance_at_most(n, total=total, size=size, size_other=other) for n in (count, count + 1))

    assert 0 <= lower <= higher + 1e-6 <= 1 + 1e-6


def test_a_score_is_the_normal_quantile_and_never_infinite() -> None:
    assert score_of(0.5) == 0
    assert score_of(0.025) == pytest.approx(-1.96, abs=0.001)
    assert math.isfinite(score_of(0))
    assert math.isfinite(score_of(1))


@pytest.mark.parametrize(
    "wrong", [{"weekday": 7, "count": 1}, {"weekday": 0, "count": -1}, {"weekday": 0, "count": 1, "exposure": 0.0}]
)
def test_what_is_no_worked_day_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="leave out days that were not worked"):
        WorkedDay(**wrong)  # type: ignore[arg-type]
