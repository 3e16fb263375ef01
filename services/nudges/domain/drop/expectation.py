"""Baselines: of a team, from its reps' active days, and of a rep, from their own."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.nudges.domain.drop.counts import WEEKDAYS, DaySum, DaySums, WorkedDay, active_days

_WEEKDAY_PRIOR_DAYS: Final = 10.0
"""The prior of a weekday's factor weighs as much as this many days without a weekly pattern."""
_DISPERSION_PRIOR_DAYS: Final = 40.0
"""The team's dispersion weighs as much as this many of the rep's own days."""
_DISPERSION_ERRORS_MAX: Final = 2.0
_DISPERSION_MIN: Final = 0.02
_DISPERSION_UNKNOWN: Final = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamBaseline:
    """The baseline of a team, from active days alone.

    `weekday_factors`: the count of a weekday relative to an average active day, Monday first. `dispersion`: variance = mean +
    dispersion x mean².
    """

    weekday_factors: tuple[float, ...]
    dispersion: float


UNKNOWN_TEAM_BASELINE: Final = TeamBaseline(weekday_factors=(1.0,) * WEEKDAYS, dispersion=_DISPERSION_UNKNOWN)


class RepBaseline(NamedTuple):
    """The baseline of a rep: their own `counted` activities in `exposure` average full days. `days` is the number of the days;
    `squared_exposures` is the sum over them. The dispersion includes what the team contributes."""

    counted: float
    exposure: float
    squared_exposures: float
    dispersion: float
    days: int

    @property
    def rate(self) -> float:
        """Activities on an average full active day."""
        return self.counted / self.exposure


def estimate_team_baseline(reps: Iterable[Sequence[WorkedDay]]) -> TeamBaseline:
    """By the method of moments over the reps' active days; `UNKNOWN_TEAM_BASELINE` when nothing has counted for anybody."""
    active_reps = [active for days in reps if (active := active_days(days))]
    if not active_reps:
        return UNKNOWN_TEAM_BASELINE
    factors = _weekday_factors(active_reps)
    sums = [DaySums(days, factors).between(0, len(days)) for days in active_reps]
    excess_variance = sum(_excess_variance(of_rep) for of_rep in sums)
    squared_means = sum(_squared_means(of_rep) for of_rep in sums)
    return TeamBaseline(weekday_factors=factors, dispersion=max(_DISPERSION_MIN, excess_variance / squared_means))


def estimate_rep_baseline(days: DaySum, team: TeamBaseline) -> RepBaseline:
    """From the rep's own active days, at least two."""
    return RepBaseline(days.counted, days.exposure, days.squared_exposures, _shrunk_dispersion(days, team), days.days)


def _shrunk_dispersion(own: DaySum, team: TeamBaseline) -> float:
    """The team's dispersion and the rep's own, weighted by days, but no further below the rep's own than two standard errors.

    The second part limits the shrinkage for reps who are unlike the team (Efron and Morris 1972). The standard error is that of
    a variance under normality, relative to the squared mean.
    """
    excess_variance, squared_means, rate = _excess_variance(own), _squared_means(own), own.counted / own.exposure
    prior = _DISPERSION_PRIOR_DAYS * rate**2
    weighted = (excess_variance + prior * team.dispersion) / (squared_means + prior)
    error = (team.dispersion + 1 / rate) * math.sqrt(2 / own.days)
    return max(_DISPERSION_MIN, weighted, excess_variance / squared_means - _DISPERSION_ERRORS_MAX * error)


def _excess_variance(days: DaySum) -> float:
    """The sum of the variances beyond those of Poisson distributions."""
    rate = days.counted / days.exposure
    squared_residuals = days.squared_counts - 2 * rate * days.products + rate * rate * days.squared_exposures
    bessel = days.days / (days.days - 1) if days.days > 1 else 1.0
    return squared_residuals * bessel - days.counted


def _squared_means(days: DaySum) -> float:
    """Divided by it, the excess variance is the dispersion."""
    rate = days.counted / days.exposure
    return rate * rate * days.squared_exposures


def _weekday_factors(reps: Sequence[Sequence[WorkedDay]]) -> tuple[float, ...]:
    """Counted over expected by weekday, shrunk towards 1 for weekdays with few active days."""
    counted, expected = [0.0] * WEEKDAYS, [0.0] * WEEKDAYS
    for days in reps:
        rate = sum(day.count for day in days) / sum(day.exposure for day in days)
        for day in days:
            counted[day.weekday] += day.count
            expected[day.weekday] += rate * day.exposure
    prior = _WEEKDAY_PRIOR_DAYS * sum(counted) / sum(len(days) for days in reps)
    return tuple((count + prior) / (expectation + prior) for count, expectation in zip(counted, expected, strict=True))
