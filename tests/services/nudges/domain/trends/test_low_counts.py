"""How probable a low count is: against simulated days, and with what is uncertain added."""

from random import Random
from typing import Final

import pytest

from services.nudges.domain.trends.low_counts import probability_of_as_low, probability_of_sum_as_low
from tests.services.nudges.domain.drop.weeks import negative_binomial

SEED: Final = 1
DRAWS: Final = 40_000
STEADY: Final = [30] * 40
VARYING: Final = [15, 45] * 20


def test_the_probability_is_that_of_a_negative_binomial_with_a_wide_dispersion() -> None:
    steady, varying = probability_of_as_low(10, STEADY), probability_of_as_low(10, VARYING)
    random, size = Random(SEED), 1 / (0.02 * (1 + 2 / 40**0.5))

    lower = sum(negative_binomial(30, size, random) <= 10 for _ in range(DRAWS)) / DRAWS

    assert steady == pytest.approx(lower, abs=0.0005)
    assert varying > 10 * steady
    assert probability_of_as_low(9, STEADY) < steady


def test_that_of_a_sum_counts_in_what_is_uncertain_about_the_mean() -> None:
    """Of steady days: the least dispersion of days, and eight sums of 150 that tell the mean."""
    spread = 0.02 * (1 + 2 / 40**0.5) / 5
    size = 1 / (spread + (1 / 150 + spread) / 8)
    random = Random(SEED)

    lower = sum(negative_binomial(150, size, random) <= 125 for _ in range(DRAWS)) / DRAWS

    assert probability_of_sum_as_low(125, STEADY, expected=150, days=5) == pytest.approx(lower, abs=0.005)


def test_a_lower_sum_is_less_probable_and_one_of_a_lower_mean_more() -> None:
    lower, as_low, of_less = (
        probability_of_sum_as_low(count, STEADY, expected=expected, days=5)
        for count, expected in ((110, 150), (120, 150), (120, 140))
    )

    assert lower < as_low < of_less


def test_days_that_vary_make_a_low_sum_more_probable_and_runs_of_them_even_more() -> None:
    alternating = [20, 40] * 20
    in_runs = [*[20] * 5, *[40] * 5] * 4

    steady, varying, of_runs = (
        probability_of_sum_as_low(100, earlier, expected=150, days=5) for earlier in (STEADY, alternating, in_runs)
    )

    assert steady < varying / 10 < of_runs / 100


def test_the_sums_are_of_the_newest_days() -> None:
    """Forty-four days make eight sums of five, counted back from the newest."""
    older, newest = [0, 0, 0, 0], [30] * 40

    assert probability_of_sum_as_low(100, [*older, *newest], expected=150, days=5) < probability_of_sum_as_low(
        100, [*newest, *older], expected=150, days=5
    )


@pytest.mark.parametrize("earlier", [[0] * 20, [9, *[0] * 20]], ids=["nothing", "only before the sums"])
def test_after_days_on_which_nothing_counted_nothing_is_improbable(earlier: list[int]) -> None:
    assert probability_of_sum_as_low(0, earlier, expected=50, days=5) == 1


def test_probabilities_add_up() -> None:
    values = [probability_of_as_low(count, [3, 5, 4, 6]) for count in range(60)]

    assert values == sorted(values)
    assert values[-1] == pytest.approx(1)
