"""How probable it is that a count is as low as it is, given the rep's own earlier days."""

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Final

_DISPERSION_MIN: Final = 0.02
_DISPERSION_ERRORS: Final = 2.0
"""The dispersion of so few days is uncertain; this many standard errors are added."""


def probability_of_as_low(count: int, earlier: Sequence[int]) -> float:
    """P(X <= count) of a negative binomial with the mean of the earlier counts, and their dispersion with what is uncertain
    about it. There are two or more of them, and one is above 0."""
    dispersion = _dispersion(earlier, least=_DISPERSION_MIN)
    return _cumulative(count, mean=fmean(earlier), size=1 / dispersion)


def probability_of_sum_as_low(count: int, earlier: Sequence[int], *, expected: float, days: int) -> float:
    """P(X <= count) of the sum of so many days, which is `expected` on average and varies as the earlier days do: at least
    twice as many, oldest first. 1 if nothing counted on them.

    Good and bad days come in runs, so the sum varies as much as the sums of the earlier days do, if that is more than
    independent days would. What is uncertain about the mean of the earlier days is added.
    """
    sums = [sum(earlier[end - days : end]) for end in range(len(earlier), days - 1, -days)]
    if not any(sums):
        return 1.0
    dispersion = max(_dispersion(earlier, least=_DISPERSION_MIN) / days, _dispersion(sums, least=0.0))
    error_of_mean = (1 / fmean(sums) + dispersion) / len(sums)
    return _cumulative(count, mean=expected, size=1 / (dispersion + error_of_mean))


def _dispersion(counts: Sequence[int], *, least: float) -> float:
    """Of two or more counts, with what is uncertain about it: variance = mean + dispersion x mean²."""
    mean, known = fmean(counts), len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / (known - 1)
    return max(least, (variance - mean) / mean**2) * (1 + _DISPERSION_ERRORS / math.sqrt(known))


def _cumulative(count: int, *, mean: float, size: float) -> float:
    """P(X <= count) of a negative binomial: variance = mean + mean² / size."""
    success = size / (size + mean)
    probability = cumulative = math.pow(success, size)
    for number in range(1, count + 1):
        probability *= (size + number - 1) / number * (1 - success)
        cumulative += probability
    return cumulative
