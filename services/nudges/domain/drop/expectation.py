"""What is usual: of a team, from its reps' worked days, and of a rep, from their own, shrunk towards the team."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.domain.drop.counts import WEEKDAYS, WorkedDay

_WEEKDAY_PRIOR_DAYS: Final = 10.0
"""A weekday's factor counts for as much as this many days that show no pattern."""
_DISPERSION_PRIOR_DAYS: Final = 40.0
"""The team's dispersion counts for as much as this many days of the rep's own."""
_DISPERSION_ERRORS_MAX: Final = 2.0
_DISPERSION_MIN: Final = 0.02
_DISPERSION_UNKNOWN: Final = 0.3
_SPREAD_MIN: Final = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamUsual:
    """What is usual in a team.

    `weekday_factors`: a weekday's count over an average day's, Monday first. `rate`: activities of an average rep on an
    average whole day. `spread`: the standard deviation of the reps' rates, over `rate`; infinite when nothing is known.
    `dispersion`: variance = mean + dispersion x mean².
    """

    weekday_factors: tuple[float, ...]
    rate: float
    spread: float
    dispersion: float


TEAM_UNKNOWN: Final = TeamUsual(weekday_factors=(1.0,) * WEEKDAYS, rate=0.0, spread=math.inf, dispersion=_DISPERSION_UNKNOWN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """What is usual of a rep: `counted` activities in `exposure` average whole days, and their dispersion.

    Both hold what the team adds; `days` is the number of the rep's own days.
    """

    counted: float
    exposure: float
    dispersion: float
    days: int

    @property
    def rate(self) -> float:
        """Activities on an average whole day."""
        return self.counted / self.exposure


def usual_of_team(reps: Iterable[Sequence[WorkedDay]]) -> TeamUsual:
    """Moments over the reps' worked days; `TEAM_UNKNOWN` when nobody has done anything."""
    known = [days for days in reps if any(day.count for day in days)]
    if not known:
        return TEAM_UNKNOWN
    factors = _weekday_factors(known)
    own = [_own(days, factors) for days in known]
    rate = sum(one.rate for one in own) / len(own)
    dispersion = max(_DISPERSION_MIN, sum(one.excess for one in own) / sum(one.squares for one in own))
    return TeamUsual(
        weekday_factors=factors, rate=rate, spread=_spread(own, rate=rate, dispersion=dispersion), dispersion=dispersion
    )


def usual_of(days: Sequence[WorkedDay], team: TeamUsual) -> Usual:
    """The rep's own days, drawn towards the team. Needs a day at least.

    The team counts as so many days at its rate as tell of a rate what the spread of the reps' rates does: variance of one
    day / (rate x spread)², the weight of a gamma prior (empirical Bayes; Robbins 1956).
    """
    own = _own(days, team.weekday_factors)
    added = (team.dispersion + 1 / team.rate) / team.spread**2 if team.rate > 0 else 0.0
    return Usual(
        counted=own.rate * own.exposure + added * team.rate,
        exposure=own.exposure + added,
        dispersion=max(_DISPERSION_MIN, _dispersion(own, team)),
        days=own.days,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Own:
    """Sums over a rep's days: `excess` of variance over the Poisson's, to be divided by `squares` of the means."""

    days: int
    exposure: float
    exposure_squares: float
    rate: float
    excess: float
    squares: float

    def error_squared(self, rate: float, dispersion: float) -> float:
        """The variance of the own rate, over the rate squared."""
        return 1 / (rate * self.exposure) + dispersion * self.exposure_squares / self.exposure**2


def _dispersion(own: _Own, team: TeamUsual) -> float:
    """The team's and the rep's own, weighed by days, and no further below the rep's own than errors reach.

    The latter limits the shrinkage for who is unlike the team (Efron and Morris 1972), as somebody is whose days are mostly
    empty and sometimes full. The error is that of a variance under normality, over the mean squared.
    """
    if not own.squares:
        return team.dispersion
    prior = _DISPERSION_PRIOR_DAYS * own.rate**2
    weighed = (own.excess + prior * team.dispersion) / (own.squares + prior)
    error = (team.dispersion + 1 / own.rate) * math.sqrt(2 / own.days)
    return max(weighed, own.excess / own.squares - _DISPERSION_ERRORS_MAX * error)


def _own(days: Sequence[WorkedDay], factors: Sequence[float]) -> _Own:
    parts = [day.exposure * factors[day.weekday] for day in days]
    exposure, exposure_squares = sum(parts), sum([part * part for part in parts])
    rate = sum([day.count for day in days]) / exposure
    residuals = sum([(day.count - rate * part) ** 2 for day, part in zip(days, parts, strict=True)])
    freedom = len(days) / (len(days) - 1) if len(days) > 1 else 1.0
    return _Own(
        days=len(days),
        exposure=exposure,
        exposure_squares=exposure_squares,
        rate=rate,
        excess=residuals * freedom - rate * exposure,
        squares=rate * rate * exposure_squares,
    )


def _weekday_factors(reps: Sequence[Sequence[WorkedDay]]) -> tuple[float, ...]:
    """Counted over expected by weekday, drawn towards 1 where a weekday was worked little."""
    counted, expected = [0.0] * WEEKDAYS, [0.0] * WEEKDAYS
    for days in reps:
        rate = sum(day.count for day in days) / sum(day.exposure for day in days)
        for day in days:
            counted[day.weekday] += day.count
            expected[day.weekday] += rate * day.exposure
    prior = _WEEKDAY_PRIOR_DAYS * sum(counted) / sum(len(days) for days in reps)
    return tuple((done + prior) / (usual + prior) for done, usual in zip(counted, expected, strict=True))


def _spread(own: Sequence[_Own], *, rate: float, dispersion: float) -> float:
    """How much the reps' rates differ beyond the errors of their estimates: variance between less variance within."""
    if len(own) < 2:  # noqa: PLR2004 - a spread needs two
        return math.inf
    between = sum((one.rate - rate) ** 2 for one in own) / (len(own) - 1)
    within = sum(rate * rate * one.error_squared(rate, dispersion) for one in own) / len(own)
    return max(_SPREAD_MIN, math.sqrt(max(0.0, between - within)) / rate)
