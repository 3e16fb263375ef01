"""Student's t distribution."""

import math
from functools import cache
from typing import Final

_PRECISION: Final = 1e-13
_QUANTILE_MAX: Final = 1e6


def chance_within(value: float, *, freedom: int) -> float:
    """P(-value < T < value) for a T with so many degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(value / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, summed = (cosine, cosine) if odd else (1.0, 1.0)
    for power in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (power - 1) / power
        summed += term
    if freedom == 1:
        summed = 0.0
    return 2 / math.pi * (angle + sine * summed) if odd else sine * summed


@cache
def quantile_within(chance: float, *, freedom: int) -> float:
    """The value within which, on both sides of 0, T lies with this chance; found by halving."""
    low, high = 0.0, _QUANTILE_MAX
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (middle, high) if chance_within(middle, freedom=freedom) < chance else (low, middle)
    return high
