"""Weighs a run of working days without activity, up to the newest day that is over."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.domain.drop.counts import WEEKDAYS
from services.nudges.domain.drop.error_budget import DAYS_PER_FALSE_ALERT

ACTIVE_DAYS_MIN: Final = 10
"""A rep with fewer active days has no habit that could be broken."""
HISTORY_DAYS_MAX: Final = 60
_WEEKDAY_PRIOR_DAYS: Final = 4.0
"""A weekday's share is shrunk towards the rep's own share of all days, which weighs as much as this many such weekdays."""
_SHARE_MAX: Final = 0.98
_CLUSTERING_DAYS: Final = 40.0
"""Days without activity come together: each makes the next one likelier, as it would in an urn of so many days."""
_TEAM_PRIOR_REPS: Final = 1.0
"""How active a team was on a day is shrunk towards what is normal, which weighs as much as this many active reps."""
_OVERSHOOT: Final = 0.25
"""Half of what a day without activity adds at a share of two fifths; at larger shares it is more."""
_LIMIT_MIN: Final = 1.0
_RUN_DAYS_MAX: Final = 10
"""After so many days without activity a rep says nothing any more about how active the team should be."""


@dataclass(frozen=True, slots=True)
class PresentDay:
    """A working day that is over, and whether anything counted on it."""

    day: date
    has_activity: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Expectation:
    """On which share of such days a rep is active, and whether they were on this one."""

    share: float
    is_active: bool


_NOT_EXPECTED: Final = _Expectation(share=0.0, is_active=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SilenceBudget:
    """At most one false alert per rep in `days` judged days. `strictness` is added to every limit."""

    days: int = DAYS_PER_FALSE_ALERT
    strictness: float = 0.0

    def limit(self, active_share: float) -> float:
        """The evidence at or above which a run is unusual, for a rep who is active on this share of their working days.

        Each active day may be followed by a run, and a run reaches the limit with a probability of exp(-limit - overshoot),
        because on average it passes the limit by half a day's evidence. So days x share x exp(-limit - overshoot) = 1.
        """
        return max(_LIMIT_MIN, math.log(self.days * active_share) - _OVERSHOOT) + self.strictness


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """The rep's newest working days, `days` in a row without activity, from `first` to `last`. `evidence` is minus the
    logarithm of the probability of such a run."""

    first: date
    last: date
    days: int
    evidence: float
    limit: float

    @property
    def is_unusual(self) -> bool:
        return self.evidence >= self.limit

    @property
    def excess(self) -> float:
        """How far the evidence is beyond the limit."""
        return self.evidence - self.limit


def weigh_silence(days: Sequence[PresentDay], levels_of_others: Mapping[date, float], budget: SilenceBudget) -> Silence | None:
    """Weigh the run that the newest of a rep's working days (oldest first) belong to.

    `levels_of_others` says how active the rest of the team was on a day, as a share of normal; days that are missing count as
    normal. None if
    something counted on the newest day, or if the rep had fewer than ten active days before the run.
    """
    start = len(days)
    while start and not days[start - 1].has_activity:
        start -= 1
    earlier, run = days[:start], days[start:]
    if not run or sum(day.has_activity for day in earlier) < ACTIVE_DAYS_MIN:
        return None
    recent = earlier[-HISTORY_DAYS_MAX:]
    shares = weekday_shares(recent)
    evidence = 0.0
    for length, day in enumerate(run):
        share = shares[day.day.weekday()] * levels_of_others.get(day.day, 1.0)
        empty_probability = (_CLUSTERING_DAYS * (1 - share) + length) / (_CLUSTERING_DAYS + length)
        evidence -= math.log(empty_probability)
    active_share = sum(day.has_activity for day in recent) / len(recent)
    return Silence(first=run[0].day, last=run[-1].day, days=len(run), evidence=evidence, limit=budget.limit(active_share))


def weekday_shares(days: Sequence[PresentDay]) -> tuple[float, ...]:
    """On which share of each weekday a rep is active, Monday first. Needs at least one day."""
    active, worked = [0.0] * WEEKDAYS, [0.0] * WEEKDAYS
    for day in days:
        worked[day.day.weekday()] += 1
        active[day.day.weekday()] += day.has_activity
    overall = (sum(active) + 0.5) / (len(days) + 1)
    return tuple(
        min(_SHARE_MAX, (of_weekday + _WEEKDAY_PRIOR_DAYS * overall) / (count + _WEEKDAY_PRIOR_DAYS))
        for of_weekday, count in zip(active, worked, strict=True)
    )


def measure_levels_of_others(reps: Sequence[Sequence[PresentDay]]) -> list[dict[date, float]]:
    """For each rep of a team, how active the others were on each day: active reps over the number to be expected, at most 1.

    So a day on which half of the office is away holds little against anybody. A rep's own silence is left out, or it would
    excuse itself in a small team. Reps who have been silent for more than ten working days, and those without a habit, are
    not expected.
    """
    expectations = [_list_expectations(days) for days in reps]
    active: dict[date, int] = defaultdict(int)
    expected: dict[date, float] = defaultdict(float)
    for of_rep in expectations:
        for day, expectation in of_rep.items():
            active[day] += expectation.is_active
            expected[day] += expectation.share
    levels = []
    for of_rep in expectations:
        others = {day: of_rep.get(day, _NOT_EXPECTED) for day in expected}
        levels.append({day: _level(active[day] - own.is_active, expected[day] - own.share) for day, own in others.items()})
    return levels


def _list_expectations(days: Sequence[PresentDay]) -> dict[date, _Expectation]:
    if sum(day.has_activity for day in days) < ACTIVE_DAYS_MIN:
        return {}
    shares, run, expectations = weekday_shares(days[-HISTORY_DAYS_MAX:]), 0, {}
    for day in days:
        run = 0 if day.has_activity else run + 1
        if run <= _RUN_DAYS_MAX:
            expectations[day.day] = _Expectation(share=shares[day.day.weekday()], is_active=day.has_activity)
    return expectations


def _level(active: float, expected: float) -> float:
    return min(1.0, (active + _TEAM_PRIOR_REPS) / (expected + _TEAM_PRIOR_REPS))
