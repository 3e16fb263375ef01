"""Student's t distribution, with scipy as the second opinion."""

import pytest
from scipy.stats import t

from services.nudges.domain.effects.student import chance_within, quantile_within


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 8, 30, 31, 1_000, 1_001])
def test_chances_and_quantiles_are_those_of_scipy(freedom: int) -> None:
    for value in (0.0, 0.1, 1.0, 2.5, 10.0):
        assert chance_within(value, freedom=freedom) == pytest.approx(t.cdf(value, freedom) - t.cdf(-value, freedom), abs=1e-12)
    assert quantile_within(0.95, freedom=freedom) == pytest.approx(t.ppf(0.975, freedom), rel=1e-9)
