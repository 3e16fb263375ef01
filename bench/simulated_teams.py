"""Simulated teams: negative binomial counts with a weekday pattern, leave, part days and a slow trend."""

import math
from collections.abc import Iterator
from random import Random
from typing import Final

from services.nudges.domain.drop.counts import WorkedDay

HISTORY_DAYS: Final = 60
YEAR_DAYS: Final = 250
_REPS: Final = 10
_SIZE: Final = 6.0
"""Variance = mean + mean² / 6: with it "below 70% today" is true on 25, 29 and 45% of days at means 40, 15 and 2."""
_WEEKDAYS: Final = (1.1, 1.15, 1.0, 0.95, 0.8)
_TREND_A_YEAR: Final = 0.2
_REPS_DIFFER: Final = 0.3
_LEAVE_CHANCE: Final = 1 / 60
_LEAVE_DAYS: Final = (2, 10)
_PART_DAY_CHANCE: Final = 0.03
_POISSON_AT_ONCE: Final = 500.0


def simulated_team(mean: float, random: Random) -> list[list[WorkedDay]]:
    """The worked days of ten reps, `HISTORY_DAYS` and a year of them, oldest first. Over the year the rate of each rises or
    falls by up to a fifth."""
    return [_rep(mean * random.lognormvariate(-(_REPS_DIFFER**2) / 2, _REPS_DIFFER), random) for _ in range(_REPS)]


def _rep(mean: float, random: Random) -> list[WorkedDay]:
    trend = random.uniform(-_TREND_A_YEAR, _TREND_A_YEAR)
    days = []
    for number, weekday in zip(range(HISTORY_DAYS + YEAR_DAYS), _worked_weekdays(random), strict=False):
        exposure = 0.5 if random.random() < _PART_DAY_CHANCE else 1.0
        expected = mean * _WEEKDAYS[weekday] * exposure * math.exp(trend * number / YEAR_DAYS)
        count = _poisson(random.gammavariate(_SIZE, expected / _SIZE), random)
        days.append(WorkedDay(weekday=weekday, count=count, exposure=exposure))
    return days


def _worked_weekdays(random: Random) -> Iterator[int]:
    day = 0
    while True:
        if random.random() < _LEAVE_CHANCE:
            day += random.randint(*_LEAVE_DAYS)
        yield day % len(_WEEKDAYS)
        day += 1


def _poisson(mean: float, random: Random) -> int:
    """Knuth's method, in parts that do not underflow."""
    count = 0
    while mean > 0:
        floor, product = math.exp(-min(mean, _POISSON_AT_ONCE)), random.random()
        while product > floor:
            count, product = count + 1, product * random.random()
        mean -= _POISSON_AT_ONCE
    return count
