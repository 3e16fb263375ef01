"""Worked days for the tests: steady ones with a known spread, and random ones from a seed."""

from collections.abc import Sequence
from random import Random

from services.nudges.domain.drop.counts import WorkedDay

SWING = (-0.3, 0.2, 0.0, 0.3, -0.2)
"""Around the mean, Monday first; turned by one day each week, so that no weekday differs from another."""


def steady(mean: float, days: int, *, first_weekday: int = 0) -> list[WorkedDay]:
    """Days, five a week, with this mean over each five weeks and the same spread always."""
    return [WorkedDay(weekday=(first_weekday + n) % 5, count=round(mean * (1 + SWING[(n + n // 5) % 5]))) for n in range(days)]


def counted(*counts: int) -> list[WorkedDay]:
    """Days with these counts, from a Monday on."""
    return [WorkedDay(weekday=n % 5, count=count) for n, count in enumerate(counts)]


def spread_over(total: int, days: int) -> list[WorkedDay]:
    """A total, as evenly over so many days as it goes."""
    return counted(*[total // days + (n < total % days) for n in range(days)])


def negative_binomial(mean: float, size: float, random: Random) -> int:
    """A count with variance mean + mean² / size: a Poisson one whose mean is gamma-distributed."""
    left, count = random.gammavariate(size, mean / size), -1
    while left >= 0:
        left -= random.expovariate(1)
        count += 1
    return count


def random_days(means: Sequence[float], size: float, random: Random) -> list[WorkedDay]:
    """A random day for each mean."""
    return [WorkedDay(weekday=n % 5, count=negative_binomial(mean, size, random)) for n, mean in enumerate(means)]
