"""The counts of a behaviour on some of a rep's days against those on their days before."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from services.nudges.domain.baseline import PastDay
from services.nudges.domain.effects.student import probability_within
from shared.events import BehaviourKey

SHARE_CHANGED_MIN: Final = 1 / 3
WEEK_P_VALUE_MAX: Final = 0.02
"""The probability of weeks that differ so much by chance, up to which a fall counts."""
RISE_P_VALUE_MAX: Final = 0.02
"""The probability of days that differ so much by chance, up to which a rise counts. A rise is looked for after a fall, when
some of it comes by itself, and on three Mondays."""
_UNDECIDED: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The `count` of a behaviour over so many `days`, and the `expected` count of as many days before. `day_p_value` and
    `week_p_value` are the probabilities (0 to 1) that the days, and the means of the weeks, of somebody whose level stays
    the same are at least so much lower; of a rise they are close to 1."""

    count: int
    days: int
    expected: float
    day_p_value: float
    week_p_value: float

    @property
    def share(self) -> float:
        """What is left of the usual count; 1 is as before."""
        return self.count / self.expected if self.expected else math.inf

    def is_fall(self, *, p_value_max: float) -> bool:
        """Whether it fell by a third or more, and days alone would explain that with this probability at most. Activity may
        come in bursts of several days, so the weeks must differ, too."""
        is_significant = self.day_p_value <= p_value_max and self.week_p_value <= WEEK_P_VALUE_MAX
        return self.share <= 1 - SHARE_CHANGED_MIN and is_significant

    @property
    def is_rise(self) -> bool:
        """Whether it rose by a third or more, and days alone would hardly explain that."""
        return self.share >= 1 + SHARE_CHANGED_MIN and 1 - self.day_p_value <= RISE_P_VALUE_MAX


def change_between(before: Sequence[PastDay], after: Sequence[PastDay], key: BehaviourKey, *, days_min: int) -> Change | None:
    """How a behaviour changed from some days to others; None if either has fewer than so many days with the behaviour in the
    plan."""
    earlier, later = _planned(before, key), _planned(after, key)
    if min(len(earlier), len(later)) < days_min:
        return None
    return Change(
        count=sum(day.counts[key] for day in later),
        days=len(later),
        expected=sum(day.counts[key] for day in earlier) / _exposure(earlier) * _exposure(later),
        day_p_value=_p_value_of_fall(_levels(earlier, key), _levels(later, key)),
        week_p_value=_p_value_of_fall(_weekly_levels(earlier, key), _weekly_levels(later, key)),
    )


def _planned(days: Sequence[PastDay], key: BehaviourKey) -> list[PastDay]:
    return [day for day in days if key in day.counts]


def _exposure(days: Sequence[PastDay]) -> float:
    return sum(day.part for day in days)


def _levels(days: Sequence[PastDay], key: BehaviourKey) -> list[float]:
    """Square roots of the counts of a full day: the spread of counts grows with their mean, that of the roots hardly does."""
    return [math.sqrt(day.counts[key] / day.part) for day in days]


def _weekly_levels(days: Sequence[PastDay], key: BehaviourKey) -> list[float]:
    weeks = groupby(days, key=lambda day: _week_of(day.day))
    return [_mean(_levels(list(of_week), key)) for _, of_week in weeks]


def _week_of(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _p_value_of_fall(before: Sequence[float], after: Sequence[float]) -> float:
    """One-sided, by Student's t test with the common variance of both."""
    mean_before, mean_after, freedom = _mean(before), _mean(after), len(before) + len(after) - 2
    squares = sum((value - mean_before) ** 2 for value in before) + sum((value - mean_after) ** 2 for value in after)
    if freedom < 1 or mean_before == mean_after:
        return _UNDECIDED
    if squares == 0:
        return 0.0 if mean_before > mean_after else 1.0
    error = math.sqrt(squares / freedom * (1 / len(before) + 1 / len(after)))
    beyond = (1 - probability_within(abs(mean_before - mean_after) / error, degrees_of_freedom=freedom)) / 2
    return beyond if mean_before > mean_after else 1 - beyond


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
