"""Worked days for the tests: steady ones with a known spread, and random ones from a seed."""

from collections.abc import Sequence
from random import Random
from typing import Final

from services.nudges.domain.drop.counts import WorkedDay

SWING: Final = (-0.3, 0.2, 0.0, 0.3, -0.2)
"""Deviations from the mean, Monday first. They move on by one day each week, so that no weekday differs from another."""


def steady(mean: float, days: int, *, first_weekday: int = 0) -> list[WorkedDay]:
    """Days, five a week, with this mean over every five weeks and always the same spread."""
    return [
        WorkedDay(weekday=(first_weekday + number) % 5, count=round(mean * (1 + SWING[(number + number // 5) % 5])))
        for number in range(days)
    ]


def counted(*counts: int) -> list[WorkedDay]:
    """Days with these counts, starting on a Monday."""
    return [WorkedDay(weekday=number % 5, count=count) for number, count in enumerate(counts)]


def spread_over(total: int, days: int) -> list[WorkedDay]:
    """A total, spread over the days as evenly as possible."""
    return counted(*[total // days + (number < total % days) for number in range(days)])


def negative_binomial(mean: float, size: float, random: Random) -> int:
    """A count with variance mean + mean² / size: Poisson with a gamma-distributed mean."""
    left, count = random.gammavariate(size, mean / size), -1
    while left >= 0:
        left -= random.expovariate(1)
        count += 1
    return count


def random_days(means: Sequence[float], size: float, random: Random) -> list[WorkedDay]:
    """A random day for each mean."""
    return [WorkedDay(weekday=number % 5, count=negative_binomial(mean, size, random)) for number, mean in enumerate(means)]
