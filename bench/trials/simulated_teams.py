"""Simulated teams without drops: negative binomial counts with a weekday pattern, leave, part days and a slow trend."""

import math
from collections.abc import Iterator
from random import Random
from typing import Final

from services.nudges.domain.drop.counts import WorkedDay

HISTORY_DAYS: Final = 60
YEAR_DAYS: Final = 250
_REPS: Final = 10
_DISPERSION_SIZE: Final = 6.0
"""The variance is mean + mean² / 6. Counts are then below 70% of the rep's mean on 25, 29 and 45% of the days, at means of 40,
15 and 2."""
_WEEKDAY_FACTORS: Final = (1.1, 1.15, 1.0, 0.95, 0.8)
_TREND_PER_YEAR_MAX: Final = 0.2
_BETWEEN_REPS_LOG_SD: Final = 0.3
_LEAVE_PROBABILITY: Final = 1 / 60
_LEAVE_DAYS: Final = (2, 10)
_PART_DAY_PROBABILITY: Final = 0.03
_POISSON_MEAN_MAX: Final = 500.0


def simulate_team(mean: float, random: Random) -> list[list[WorkedDay]]:
    """The worked days of ten reps, oldest first: `HISTORY_DAYS`, then a year. `mean` is their average count per day. Within a
    year, each rep's own rate rises or falls by up to a fifth."""
    return [
        _simulate_rep(mean * random.lognormvariate(-(_BETWEEN_REPS_LOG_SD**2) / 2, _BETWEEN_REPS_LOG_SD), random)
        for _ in range(_REPS)
    ]


def _simulate_rep(mean: float, random: Random) -> list[WorkedDay]:
    trend = random.uniform(-_TREND_PER_YEAR_MAX, _TREND_PER_YEAR_MAX)
    days = []
    for number, weekday in zip(range(HISTORY_DAYS + YEAR_DAYS), _draw_weekdays(random), strict=False):
        exposure = 0.5 if random.random() < _PART_DAY_PROBABILITY else 1.0
        expected = mean * _WEEKDAY_FACTORS[weekday] * exposure * math.exp(trend * number / YEAR_DAYS)
        count = draw_poisson(random.gammavariate(_DISPERSION_SIZE, expected / _DISPERSION_SIZE), random)
        days.append(WorkedDay(weekday=weekday, count=count, exposure=exposure))
    return days


def _draw_weekdays(random: Random) -> Iterator[int]:
    """The weekdays of one worked day after another. Leave can begin on any of them."""
    day = 0
    while True:
        if random.random() < _LEAVE_PROBABILITY:
            day += random.randint(*_LEAVE_DAYS)
        yield day % len(_WEEKDAY_FACTORS)
        day += 1


def draw_poisson(mean: float, random: Random) -> int:
    """A Poisson variate by Knuth's method. A large mean is split, because exp(-mean) would underflow."""
    count = 0
    while mean > 0:
        floor, product = math.exp(-min(mean, _POISSON_MEAN_MAX)), random.random()
        while product > floor:
            count, product = count + 1, product * random.random()
        mean -= _POISSON_MEAN_MAX
    return count
