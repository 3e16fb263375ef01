"""Worked days and their counts, and what is known of them: the negative binomial and the normal score of a sum."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

WEEKDAYS: Final = 7
STANDARD_NORMAL: Final = NormalDist()
_PRECISION: Final = 1e-12
_LOG_CHANCE_MIN: Final = -600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkedDay:
    """How many activities counted on a worked day. `exposure` is the part of the day that was worked, above 0 and up to 1;
    `weekday` is 0 on Monday."""

    weekday: int
    count: int
    exposure: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < WEEKDAYS or self.count < 0 or not 0 < self.exposure <= 1:
            raise ValueError(f"{self} is no worked day: leave out days that were not worked, and count from 0")


def chance_at_most(count: int, *, total: float, size: float, size_other: float) -> float:
    """P(X < count) + P(X = count) / 2 for a beta-binomial X out of `total`, with parameters `size` and `size_other`.

    Two negative binomial sums with one success probability and these sizes, given that they make `total` together, share it so
    (the negative hypergeometric distribution; Johnson, Kemp and Kotz, Univariate Discrete Distributions, 2005, section 6.2.2):
    the unknown rate has gone. Half of the chance of `count` itself is left out (mid-p; Lancaster 1961), so that small counts,
    which jump, are on average as alarming as large ones. `total` is at least `count` and need not be whole:
    gamma functions stand for the factorials.
    """
    rest = total - count
    log_here = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(rest + 1)
    log_here += math.lgamma(count + size) + math.lgamma(rest + size_other) - math.lgamma(total + size + size_other)
    log_here += math.lgamma(size + size_other) - math.lgamma(size) - math.lgamma(size_other)
    if log_here < _LOG_CHANCE_MIN:
        return 1.0 if count > total * size / (size + size_other) else 0.0
    here = math.exp(log_here)
    summed, chance = here / 2, here
    for less in range(count, 0, -1):
        rest = total - less
        chance *= less * (rest + size_other) / ((rest + 1) * (less - 1 + size))
        summed += chance
        if chance < summed * _PRECISION and size >= 1:
            break  # above a size of 1 there is one mode, and this is far below it
    return min(1.0, summed)


def score_of(chance: float) -> float:
    """The standard normal quantile of a chance, held away from both ends by 1e-12."""
    return STANDARD_NORMAL.inv_cdf(min(1 - _PRECISION, max(_PRECISION, chance)))
