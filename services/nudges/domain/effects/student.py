"""Student's t distribution."""

import math
from functools import cache
from typing import Final

_PRECISION: Final = 1e-13
_QUANTILE_MAX: Final = 1e6


def probability_within(value: float, *, degrees_of_freedom: int) -> float:
    """P(-value < T < value) for a t-distributed T (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(value / math.sqrt(degrees_of_freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = degrees_of_freedom % 2
    term, series = (cosine, cosine) if odd else (1.0, 1.0)
    for power in range(2 + odd, degrees_of_freedom - 1, 2):
        term *= cosine * cosine * (power - 1) / power
        series += term
    if degrees_of_freedom == 1:
        series = 0.0
    return 2 / math.pi * (angle + sine * series) if odd else sine * series


@cache
def quantile_within(probability: float, *, degrees_of_freedom: int) -> float:
    """The value such that T lies between minus and plus this value with the given probability; solved by bisection."""
    low, high = 0.0, _QUANTILE_MAX
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        is_too_low = probability_within(middle, degrees_of_freedom=degrees_of_freedom) < probability
        low, high = (middle, high) if is_too_low else (low, middle)
    return high
