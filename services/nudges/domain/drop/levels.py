"""How busy a team was on each day, so that a slow day of the whole office is held against nobody."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.domain.drop.counts import WorkedDay

_PRIOR_REPS: Final = 1.0
"""A day's level is shrunk towards what is normal, which weighs as much as an average rep who is active."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCount:
    """How much of a rep's counted on a worked day. `part` is the part of the day that was worked, above 0 and at most 1."""

    day: date
    count: int
    part: float = 1.0


def measure_levels(reps: Collection[Sequence[DayCount]]) -> dict[date, float]:
    """By day, what its active reps did over what they do on an average active day of theirs; above 0, at most 1.

    Days on which only few were active are drawn towards 1. A day is never taken for a busier one than normal.
    """
    active_reps = [active for days in reps if (active := [day for day in days if day.count])]
    if not active_reps:
        return {}
    rates = [sum(day.count for day in days) / sum(day.part for day in days) for days in active_reps]
    prior = _PRIOR_REPS * sum(rates) / len(rates)
    counted: dict[date, float] = defaultdict(lambda: prior)
    expected: dict[date, float] = defaultdict(lambda: prior)
    for days, rate in zip(active_reps, rates, strict=True):
        for day in days:
            counted[day.day] += day.count
            expected[day.day] += rate * day.part
    return {day: min(1.0, counted[day] / expected[day]) for day in sorted(counted)}


def at_level(day: DayCount, levels: Mapping[date, float]) -> WorkedDay:
    """The day with the exposure that it has left in a team that was so busy; a day without a level counts in full."""
    return WorkedDay(weekday=day.day.weekday(), count=day.count, exposure=day.part * levels.get(day.day, 1.0))
