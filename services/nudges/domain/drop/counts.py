"""Worked days with their counts, and the probability of a count: negative binomial sums and their normal scores."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

WEEKDAYS: Final = 7
STANDARD_NORMAL: Final = NormalDist()
_PRECISION: Final = 1e-12
_LOG_PROBABILITY_MIN: Final = -600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkedDay:
    """How many activities counted on a worked day. `exposure` is the part of the day that was worked, above 0 and at most 1;
    `weekday` is 0 on Monday.

    Raises:
        ValueError: a value is out of its range.
    """

    weekday: int
    count: int
    exposure: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < WEEKDAYS or self.count < 0 or not 0 < self.exposure <= 1:
            raise ValueError(f"{self} is no worked day: leave out days that were not worked, and count from 0")


def mid_p_value(count: int, *, total: float, size: float, other_size: float) -> float:
    """P(X < count) + P(X = count) / 2 for a beta-binomial X out of `total`, with parameters `size` and `other_size`.

    Two negative binomial sums with the same success probability and these sizes, given that together they make `total`, are
    split in this way (the negative hypergeometric distribution; Johnson, Kemp and Kotz, Univariate Discrete Distributions,
    2005, section 6.2.2), so the unknown rate drops out. Only half of the probability of `count` itself is included (mid-p;
    Lancaster 1961): small counts are coarse, and without the correction they would raise fewer alerts than large ones. `total`
    is at least `count` and need not be a whole number, because gamma functions stand in for factorials.
    """
    rest = total - count
    log_probability = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(rest + 1)
    log_probability += math.lgamma(count + size) + math.lgamma(rest + other_size) - math.lgamma(total + size + other_size)
    log_probability += math.lgamma(size + other_size) - math.lgamma(size) - math.lgamma(other_size)
    if log_probability < _LOG_PROBABILITY_MIN:
        return 1.0 if count > total * size / (size + other_size) else 0.0
    probability = math.exp(log_probability)
    cumulative = probability / 2
    for lower_count in range(count, 0, -1):
        rest = total - lower_count
        probability *= lower_count * (rest + other_size) / ((rest + 1) * (lower_count - 1 + size))
        cumulative += probability
        if probability < cumulative * _PRECISION and size >= 1:
            break  # a distribution with a size above 1 has one mode, and this is far below it
    return min(1.0, cumulative)


def normal_score(probability: float) -> float:
    """The standard normal quantile of a probability. Both ends are cut off at 1e-12, so that the score is finite."""
    return STANDARD_NORMAL.inv_cdf(min(1 - _PRECISION, max(_PRECISION, probability)))
