"""The watch over one rep: the newest worked days against what is usual, and how long it is quiet after an alert."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.nudges.domain.drop.counts import STANDARD_NORMAL, WorkedDay, chance_at_most, score_of
from services.nudges.domain.drop.error_budget import ErrorBudget, cool_down_days
from services.nudges.domain.drop.expectation import TeamUsual, Usual, usual_of

SPANS_DAYS: Final = (5, 10, 20)
USUAL_DAYS_MIN: Final = 10
USUAL_DAYS_MAX: Final = 60
LOOKED_AT_DAYS: Final = USUAL_DAYS_MAX + SPANS_DAYS[-1]
"""More days than these change nothing."""
_NOTICED_MIN: Final = {5: 0.85, 10: 0.4, 20: 0.0}
"""A span is watched when a halving of the rate would be noticed with this chance once it has filled the span."""
_DRIFT: Final = 0.03
"""How far a rate moves by itself, over the rate, as a standard deviation."""
_FALL_A_DAY: Final = 0.3 / 250
"""What is granted to a slow trend, over the rate and a worked day: three tenths in a year are no drop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The sum `counted` over the last `span_days` worked days, where `expected` was usual, with its normal `score`.

    The score is 0 when nothing is missing, and far below when much is.
    `is_longer` says that five days would too often hide a halving in chance, so that more are watched.
    """

    span_days: int
    counted: int
    expected: float
    score: float
    limit: float
    is_longer: bool
    usual: Usual

    @property
    def is_drop(self) -> bool:
        return self.score <= self.limit

    @property
    def excess(self) -> float:
        """By how much the score is beyond the limit, in standard deviations; 0 or more is a drop."""
        return self.limit - self.score


@dataclass(frozen=True, kw_only=True, slots=True)
class NotKnownYet:
    """There is nothing to judge by."""

    because: str


Finding = Judged | NotKnownYet


def judge(days: Sequence[WorkedDay], team: TeamUsual, budget: ErrorBudget) -> Finding:
    """Judge the newest of a rep's worked days, oldest first, by those before them.

    Five days are watched where they show a halving nearly for sure; where chance would hide it, because counts are low or vary
    much, ten, and at the lowest counts twenty, as far as ten earlier days remain to tell what is usual.
    """
    forecast: _Forecast | None = None
    for span in SPANS_DAYS:
        if len(days) - span < USUAL_DAYS_MIN:
            break
        forecast = _forecast(days, span, team)
        if forecast.noticed(budget.limit(span)) >= _NOTICED_MIN[span]:
            break
    if forecast is None:
        missing = USUAL_DAYS_MIN + SPANS_DAYS[0] - len(days)
        return NotKnownYet(because=f"not known yet: {missing} more worked days are needed")
    limit = budget.limit(forecast.span_days)
    if forecast.score(0) > limit:
        return NotKnownYet(because=f"not known yet: even {forecast.span_days} worked days with nothing could be chance")
    counted = sum([day.count for day in days[-forecast.span_days :]])
    return Judged(
        span_days=forecast.span_days,
        counted=counted,
        expected=forecast.mean,
        score=forecast.score(counted),
        limit=limit,
        is_longer=forecast.span_days > SPANS_DAYS[0],
        usual=forecast.usual,
    )


def drops(days: Sequence[WorkedDay], team: TeamUsual, budget: ErrorBudget) -> Iterator[tuple[int, Judged]]:
    """Every alert that watching these days one after another would have given: the day's index, and the finding."""
    quiet_until = 0
    for index in range(len(days)):
        if index < quiet_until:
            continue
        finding = judge(days[: index + 1], team, budget)
        if isinstance(finding, Judged) and finding.is_drop:
            quiet_until = index + 1 + cool_down_days(finding.span_days)
            yield index, finding


@dataclass(frozen=True, kw_only=True, slots=True)
class _Forecast:
    """What the sum over a span should be. `size` is that of its negative binomial, `exposure` its average whole days, less
    what a slow trend may have taken since the days in the middle of the usual ones."""

    span_days: int
    usual: Usual
    exposure: float
    size: float

    @property
    def mean(self) -> float:
        return self.usual.rate * self.exposure

    def score(self, counted: int) -> float:
        """Of the sum, given what it and the earlier days make together; 0 when nothing is missing."""
        if counted >= self.mean > 0:
            return 0.0
        size_other = self.size * self.usual.exposure / self.exposure
        total = counted + self.usual.counted
        return min(score_of(chance_at_most(counted, total=total, size=self.size, size_other=size_other)), 0.0)

    def noticed(self, limit: float) -> float:
        """About the chance that a span of half as many activities is at or below the limit, on the scale of logarithms."""
        if not self.mean:
            return 0.0
        variance = 1 / self.size + 1 / self.mean
        error = math.sqrt(variance * (1 + self.exposure / self.usual.exposure))
        return STANDARD_NORMAL.cdf((limit * error + math.log(2)) / math.sqrt(variance + 1 / self.mean))


def _forecast(days: Sequence[WorkedDay], span_days: int, team: TeamUsual) -> _Forecast:
    usual = usual_of(days[-span_days - USUAL_DAYS_MAX : -span_days], team)
    parts = [day.exposure * team.weekday_factors[day.weekday] for day in days[-span_days:]]
    whole = sum(parts)
    spread = usual.dispersion * sum([part * part for part in parts]) / whole**2
    fallen = math.exp(-_FALL_A_DAY * (usual.days + span_days) / 2)
    return _Forecast(span_days=span_days, usual=usual, exposure=whole * fallen, size=1 / (spread + _DRIFT**2))
