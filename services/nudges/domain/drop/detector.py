"""The drop detector: tests a rep's newest worked days against their baseline, and stays silent for a while after an alert."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.domain.drop.counts import STANDARD_NORMAL, WorkedDay, mid_p_value, normal_score
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import RepBaseline, TeamBaseline, estimate_rep_baseline

WINDOWS_DAYS: Final = (5, 10, 20)
BASELINE_DAYS_MIN: Final = 10
BASELINE_DAYS_MAX: Final = 60
HISTORY_DAYS_MAX: Final = BASELINE_DAYS_MAX + WINDOWS_DAYS[-1]
"""Days before these have no influence."""
_POWER_MIN: Final = {5: 0.85, 10: 0.4, 20: 0.0}
"""A window is used when it would detect a halving of the rate with this probability, once the halving has filled the window."""
_DRIFT: Final = 0.03
"""By how much a rate wanders by itself: a standard deviation relative to the rate."""
_DECLINE_PER_DAY: Final = 0.3 / 250
"""The allowance for a slow trend, relative to the rate and per worked day: 30% in a year is not a drop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """The sum `count` over the last `window_days` worked days, where the baseline leads to `expected`, and its normal `score`.

    The score is 0 when nothing is missing and far below 0 when much is. `is_extended` says that five days would too often hide
    a halving behind chance, so the window is longer.
    """

    window_days: int
    count: int
    expected: float
    score: float
    limit: float
    is_extended: bool
    baseline: RepBaseline

    @property
    def is_drop(self) -> bool:
        return self.score <= self.limit

    @property
    def excess(self) -> float:
        """How far the score is beyond the limit, in standard deviations; 0 or more is a drop."""
        return self.limit - self.score


@dataclass(frozen=True, kw_only=True, slots=True)
class NotKnownYet:
    """There is too little to go by, and why."""

    because: str


Finding = Assessment | NotKnownYet


def assess(days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget) -> Finding:
    """Test the newest of a rep's worked days (oldest first) against the days before them.

    The window is five days where these detect a halving almost certainly. Where chance would hide it, because counts are low or
    vary a lot, it is ten days, and at the lowest counts twenty, as long as ten earlier days remain for the baseline.
    """
    forecast: _Forecast | None = None
    for window_days in WINDOWS_DAYS:
        if len(days) - window_days < BASELINE_DAYS_MIN:
            break
        forecast = _make_forecast(days, window_days, team)
        if forecast.power(budget.limit(window_days)) >= _POWER_MIN[window_days]:
            break
    if forecast is None:
        missing = BASELINE_DAYS_MIN + WINDOWS_DAYS[0] - len(days)
        return NotKnownYet(because=f"not known yet: {missing} more worked days are needed")
    limit = budget.limit(forecast.window_days)
    if forecast.score(0) > limit:
        return NotKnownYet(because=f"not known yet: even {forecast.window_days} worked days with a count of 0 could be chance")
    count = sum([day.count for day in days[-forecast.window_days :]])
    return Assessment(
        window_days=forecast.window_days,
        count=count,
        expected=forecast.mean,
        score=forecast.score(count),
        limit=limit,
        is_extended=forecast.window_days > WINDOWS_DAYS[0],
        baseline=forecast.baseline,
    )


def find_alerts(days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget) -> Iterator[tuple[int, Assessment]]:
    """Every alert that assessing these days one after another would have raised: the day's index, and the assessment."""
    silent_until = 0
    for index in range(len(days)):
        if index < silent_until:
            continue
        finding = assess(days[: index + 1], team, budget)
        if isinstance(finding, Assessment) and finding.is_drop:
            silent_until = index + 1 + cooldown_days(finding.window_days)
            yield index, finding


@dataclass(frozen=True, kw_only=True, slots=True)
class _Forecast:
    """What the sum over a window should be. `size` is the parameter of its negative binomial distribution. `exposure` is the
    window in average full days, less what a slow trend may have taken since the middle of the baseline days."""

    window_days: int
    baseline: RepBaseline
    exposure: float
    size: float

    @property
    def mean(self) -> float:
        return self.baseline.rate * self.exposure

    def score(self, count: int) -> float:
        """The normal score of the sum, given the total of the sum and the baseline; 0 when nothing is missing."""
        if count >= self.mean > 0:
            return 0.0
        other_size = self.size * self.baseline.exposure / self.exposure
        total = count + self.baseline.count
        return min(normal_score(mid_p_value(count, total=total, size=self.size, other_size=other_size)), 0.0)

    def power(self, limit: float) -> float:
        """Roughly the probability that a window with half as many activities is at or below the limit, on the log scale."""
        if not self.mean:
            return 0.0
        variance = 1 / self.size + 1 / self.mean
        error = math.sqrt(variance * (1 + self.exposure / self.baseline.exposure))
        return STANDARD_NORMAL.cdf((limit * error + math.log(2)) / math.sqrt(variance + 1 / self.mean))


def _make_forecast(days: Sequence[WorkedDay], window_days: int, team: TeamBaseline) -> _Forecast:
    baseline = estimate_rep_baseline(days[-window_days - BASELINE_DAYS_MAX : -window_days], team)
    exposures = [day.exposure * team.weekday_factors[day.weekday] for day in days[-window_days:]]
    exposure = sum(exposures)
    dispersion = baseline.dispersion * sum([part * part for part in exposures]) / exposure**2
    trend = math.exp(-_DECLINE_PER_DAY * (baseline.days + window_days) / 2)
    return _Forecast(window_days=window_days, baseline=baseline, exposure=exposure * trend, size=1 / (dispersion + _DRIFT**2))
