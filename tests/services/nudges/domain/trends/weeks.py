"""Random weeks of reps, from a seed: counts vary from day to day about ten times more than independent activities would, come
in bursts, and are not there at all on many days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from services.nudges.domain.baseline import PastDay
from services.nudges.domain.trends.coaching import KNOWN, NOT_REPEATED_FOR, find_falls, has_moved
from shared.events import BehaviourKey
from tests.services.nudges.domain.drop.weeks import negative_binomial

FIRST_MONDAY: Final = date(2024, 1, 1)
ONE_WEEK: Final = timedelta(weeks=1)
ONE_DAY: Final = timedelta(days=1)
WORKWEEK: Final = 5
SPREAD: Final = 10
"""The variance of a day's count, in means."""
RARE: Final = 3
RARE_SIZE: Final = 0.5
BURST: Final = 0.02
BURST_SIZE: Final = 4
WEEKS_SPREAD: Final = 0.35
"""The standard deviation of the means of weeks, as a share of the mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """A rep's mean counts of an active day, on which weekdays they are rostered, and on which share of these days anything is
    recorded at all."""

    means: Mapping[BehaviourKey, float]
    weekdays: Sequence[int] = range(WORKWEEK)
    active: float = 1.0


def habits_of(number: int, random: Random) -> Habits:
    """Of every four reps two work full time, one part time, and one has records on two days in five."""
    means = {"calls": 12.0, "meetings": 3.0, "proposals": 1.0, "demos": 0.5}
    own = {BehaviourKey(key): mean * random.lognormvariate(0, 0.5) for key, mean in means.items()}
    if number % 4 == 1:
        return Habits(means=own, weekdays=sorted(random.sample(range(WORKWEEK), 3)))
    return Habits(means=own, active=0.4 if number % 4 == 3 else 0.92)


def rostered_days(habits: Habits, *, weeks: int) -> list[date]:
    """From the first Monday on."""
    return [FIRST_MONDAY + week * ONE_WEEK + weekday * ONE_DAY for week in range(weeks) for weekday in habits.weekdays]


def active_days(habits: Habits, days: Sequence[date], random: Random, *, level: float = 1) -> list[PastDay]:
    """Those of the days on which anything was done, with every mean at this share of its usual level."""
    factors: dict[date, dict[BehaviourKey, float]] = {}
    active = []
    for day in days:
        monday = day - day.weekday() * ONE_DAY
        of_week = factors.setdefault(monday, {key: _factor_of_week(random) for key in habits.means})
        if random.random() < habits.active:
            counts = {key: _count(mean * level, of_week[key], random) for key, mean in habits.means.items()}
            active += [PastDay(day=day, counts=counts)] if any(counts.values()) else []
    return active


def named_on(days: Sequence[PastDay], *, weeks: int) -> list[date]:
    """The Mondays on which a brief would name a rep with these days, as far as one rep is concerned."""
    named: dict[date, BehaviourKey] = {}
    for number in range(KNOWN // ONE_WEEK, weeks + 1):
        monday = FIRST_MONDAY + number * ONE_WEEK
        known = [day for day in days if monday - KNOWN <= day.day < monday]
        falls = find_falls(known, today=monday)
        last = max(named, default=None)
        if last is not None and monday - last < NOT_REPEATED_FOR:
            key = named[last]
            falls = {key: falls[key]} if key in falls and has_moved(known, key, since=last, today=monday) else {}
        if falls:
            named[monday] = min(falls, key=lambda key: falls[key].share)
    return list(named)


def _factor_of_week(random: Random) -> float:
    return random.gammavariate(WEEKS_SPREAD**-2, WEEKS_SPREAD**2)


def _count(mean: float, factor: float, random: Random) -> int:
    size = mean / (SPREAD - 1) if mean >= RARE else RARE_SIZE
    burst = round(BURST_SIZE * mean) if random.random() < BURST else 0
    return negative_binomial(mean * factor, size, random) + burst
