"""Baselines: of a team, from its reps' worked days, and of a rep, from their own days, shrunk towards the team."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.domain.drop.counts import WEEKDAYS, WorkedDay

_WEEKDAY_PRIOR_DAYS: Final = 10.0
"""The prior of a weekday's factor weighs as much as this many days without a weekly pattern."""
_DISPERSION_PRIOR_DAYS: Final = 40.0
"""The team's dispersion weighs as much as this many of the rep's own days."""
_DISPERSION_ERRORS_MAX: Final = 2.0
_DISPERSION_MIN: Final = 0.02
_DISPERSION_UNKNOWN: Final = 0.3
_SPREAD_MIN: Final = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamBaseline:
    """The baseline of a team.

    `weekday_factors`: the count of a weekday relative to an average day, Monday first. `rate`: activities of an average rep on
    an average full day. `spread`: the standard deviation of the reps' rates relative to `rate`; infinite when it is unknown.
    `dispersion`: variance = mean + dispersion x mean².
    """

    weekday_factors: tuple[float, ...]
    rate: float
    spread: float
    dispersion: float


UNKNOWN_TEAM_BASELINE: Final = TeamBaseline(
    weekday_factors=(1.0,) * WEEKDAYS, rate=0.0, spread=math.inf, dispersion=_DISPERSION_UNKNOWN
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RepBaseline:
    """The baseline of a rep: `count` activities in `exposure` average full days, and their dispersion.

    Both include what the team contributes; `days` is the number of the rep's own days.
    """

    count: float
    exposure: float
    dispersion: float
    days: int

    @property
    def rate(self) -> float:
        """Activities on an average full day."""
        return self.count / self.exposure


def estimate_team_baseline(reps: Iterable[Sequence[WorkedDay]]) -> TeamBaseline:
    """By the method of moments over the reps' worked days; `UNKNOWN_TEAM_BASELINE` when nothing has counted for anybody."""
    active_reps = [days for days in reps if any(day.count for day in days)]
    if not active_reps:
        return UNKNOWN_TEAM_BASELINE
    factors = _weekday_factors(active_reps)
    moments = [_moments(days, factors) for days in active_reps]
    rate = sum(rep.rate for rep in moments) / len(moments)
    dispersion = max(_DISPERSION_MIN, sum(rep.excess_variance for rep in moments) / sum(rep.squared_means for rep in moments))
    return TeamBaseline(
        weekday_factors=factors, rate=rate, spread=_spread(moments, rate=rate, dispersion=dispersion), dispersion=dispersion
    )


def estimate_rep_baseline(days: Sequence[WorkedDay], team: TeamBaseline) -> RepBaseline:
    """From the rep's own days, shrunk towards the team. Needs at least one day.

    The team contributes days at its own rate. Their number is the variance of one day / (rate x spread)², the weight of a gamma
    prior: as many days as tell about a rate what the spread of the reps' rates tells (empirical Bayes; Robbins 1956).
    """
    own = _moments(days, team.weekday_factors)
    prior_exposure = (team.dispersion + 1 / team.rate) / team.spread**2 if team.rate > 0 else 0.0
    return RepBaseline(
        count=own.rate * own.exposure + prior_exposure * team.rate,
        exposure=own.exposure + prior_exposure,
        dispersion=max(_DISPERSION_MIN, _shrunk_dispersion(own, team)),
        days=own.days,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Moments:
    """Sums over one rep's days. `excess_variance` is the variance beyond that of a Poisson distribution; divided by
    `squared_means` it is the dispersion."""

    days: int
    exposure: float
    squared_exposures: float
    rate: float
    excess_variance: float
    squared_means: float

    def relative_variance_of_rate(self, rate: float, dispersion: float) -> float:
        """The variance of the rep's estimated rate, relative to the rate squared."""
        return 1 / (rate * self.exposure) + dispersion * self.squared_exposures / self.exposure**2


def _shrunk_dispersion(own: _Moments, team: TeamBaseline) -> float:
    """The team's dispersion and the rep's own, weighted by days, but no further below the rep's own than two standard errors.

    The second part limits the shrinkage for reps who are unlike the team (Efron and Morris 1972), for example somebody whose
    days are mostly empty and sometimes full. The standard error is that of a variance under normality, relative to the squared
    mean.
    """
    if not own.squared_means:
        return team.dispersion
    prior = _DISPERSION_PRIOR_DAYS * own.rate**2
    weighted = (own.excess_variance + prior * team.dispersion) / (own.squared_means + prior)
    error = (team.dispersion + 1 / own.rate) * math.sqrt(2 / own.days)
    return max(weighted, own.excess_variance / own.squared_means - _DISPERSION_ERRORS_MAX * error)


def _moments(days: Sequence[WorkedDay], factors: Sequence[float]) -> _Moments:
    exposures = [day.exposure * factors[day.weekday] for day in days]
    exposure, squared_exposures = sum(exposures), sum([part * part for part in exposures])
    rate = sum([day.count for day in days]) / exposure
    squared_residuals = sum([(day.count - rate * part) ** 2 for day, part in zip(days, exposures, strict=True)])
    bessel = len(days) / (len(days) - 1) if len(days) > 1 else 1.0
    return _Moments(
        days=len(days),
        exposure=exposure,
        squared_exposures=squared_exposures,
        rate=rate,
        excess_variance=squared_residuals * bessel - rate * exposure,
        squared_means=rate * rate * squared_exposures,
    )


def _weekday_factors(reps: Sequence[Sequence[WorkedDay]]) -> tuple[float, ...]:
    """Counted over expected by weekday, shrunk towards 1 for weekdays with few worked days."""
    counted, expected = [0.0] * WEEKDAYS, [0.0] * WEEKDAYS
    for days in reps:
        rate = sum(day.count for day in days) / sum(day.exposure for day in days)
        for day in days:
            counted[day.weekday] += day.count
            expected[day.weekday] += rate * day.exposure
    prior = _WEEKDAY_PRIOR_DAYS * sum(counted) / sum(len(days) for days in reps)
    return tuple((count + prior) / (expectation + prior) for count, expectation in zip(counted, expected, strict=True))


def _spread(reps: Sequence[_Moments], *, rate: float, dispersion: float) -> float:
    """By how much the reps' rates differ beyond the errors of their estimates: variance between reps less variance within."""
    if len(reps) < 2:  # noqa: PLR2004 - a spread needs two
        return math.inf
    between = sum((rep.rate - rate) ** 2 for rep in reps) / (len(reps) - 1)
    within = sum(rate * rate * rep.relative_variance_of_rate(rate, dispersion) for rep in reps) / len(reps)
    return max(_SPREAD_MIN, math.sqrt(max(0.0, between - within)) / rate)
