"""Student's t distribution, with scipy as the second opinion."""

import pytest

from services.nudges.domain.effects.student import probability_within, quantile_within


@pytest.mark.parametrize("degrees_of_freedom", [1, 2, 3, 4, 7, 8, 30, 31, 1_000, 1_001])
def test_probabilities_and_quantiles_equal_those_of_scipy(degrees_of_freedom: int) -> None:
    from scipy.stats import t  # here, because every test process collects this file, and the import takes seconds

    for value in (0.0, 0.1, 1.0, 2.5, 10.0):
        expected = t.cdf(value, degrees_of_freedom) - t.cdf(-value, degrees_of_freedom)
        assert probability_within(value, degrees_of_freedom=degrees_of_freedom) == pytest.approx(expected, abs=1e-12)

    quantile = quantile_within(0.95, degrees_of_freedom=degrees_of_freedom)

    assert quantile == pytest.approx(t.ppf(0.975, degrees_of_freedom), rel=1e-9)
