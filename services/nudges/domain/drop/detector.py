"""The drop detector: weighs a rep's newest active days against their earlier ones."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.nudges.domain.drop.counts import DaySum, DaySums, WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import RepBaseline, TeamBaseline, estimate_rep_baseline

WINDOW_DAYS_MIN: Final = 3
WINDOW_DAYS_MAX: Final = 20
BASELINE_DAYS_MIN: Final = 10
BASELINE_DAYS_MAX: Final = 60
ACTIVE_DAYS_MIN: Final = BASELINE_DAYS_MIN + WINDOW_DAYS_MIN
"""With fewer active days nothing can be assessed."""
ACTIVE_DAYS_MAX: Final = BASELINE_DAYS_MAX + WINDOW_DAYS_MAX
"""Active days before these have no influence."""
_FALLEN_SHARE: Final = 0.6
"""The evidence compares no change with a fall to this share of the rate. It is nearly as strong for every other large fall."""
_LOG_FALLEN_SHARE: Final = math.log(_FALLEN_SHARE)
_DECLINE_PER_DAY: Final = 0.3 / 250
"""The allowance for a slow trend, relative to the rate and per active day: 30% in a year is not a drop."""
_SLOW_TREND: Final = [math.exp(-_DECLINE_PER_DAY * days / 2) for days in range(ACTIVE_DAYS_MAX + 1)]
"""By how much the trend may have lowered the rate between the middles of a baseline and a window that together have so many
days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """The sum `count` over the last `window_days` active days, where the rep's own baseline leads to `expected`. Of all windows
    it is the one with the most `evidence`; where nothing is missing that is 0. `baseline_days` active days are the baseline."""

    window_days: int
    count: int
    expected: float
    evidence: float
    limit: float
    baseline_days: int

    @property
    def is_drop(self) -> bool:
        return self.evidence >= self.limit

    @property
    def excess(self) -> float:
        """How far the evidence is beyond the limit; 0 or more is a drop."""
        return self.evidence - self.limit


def assess(days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget, *, active_share: float) -> Assessment | None:
    """Weigh the newest of a rep's active days (oldest first) against the days before them; None while there are too few.

    `active_share` is the share of the rep's working days that are active.
    """
    sums = DaySums(days, team.weekday_factors)
    return assess_at(sums, sums.days, team, budget.limit(active_share))


def assess_at(sums: DaySums, end: int, team: TeamBaseline, limit: float) -> Assessment | None:
    """As `assess`, of the days before index `end`."""
    if end < ACTIVE_DAYS_MIN:
        return None
    strongest = _find_strongest(sums, end, team)
    window = sums.between(end - strongest.window_days, end)
    return Assessment(
        window_days=strongest.window_days,
        count=int(window.counted),
        expected=strongest.expected,
        evidence=strongest.evidence,
        limit=limit,
        baseline_days=min(BASELINE_DAYS_MAX, end - strongest.window_days),
    )


def find_alerts(
    days: Sequence[WorkedDay], team: TeamBaseline, budget: ErrorBudget, *, active_share: float
) -> Iterator[tuple[int, Assessment]]:
    """Every alert that assessing these active days one after another would have raised: the day's index, and the assessment."""
    sums, limit, silent_until = DaySums(days, team.weekday_factors), budget.limit(active_share), 0
    for index in range(len(days)):
        if index < silent_until:
            continue
        assessment = assess_at(sums, index + 1, team, limit)
        if assessment is not None and assessment.is_drop:
            silent_until = index + 1 + cooldown_days(assessment.window_days, active_share)
            yield index, assessment


class _Weighed(NamedTuple):
    """A window, ordered by its evidence."""

    evidence: float
    window_days: int
    expected: float


def _find_strongest(sums: DaySums, end: int, team: TeamBaseline) -> _Weighed:
    """The window with the most evidence, of several the longest. Calibration asks this millions of times: most windows have
    nothing missing, and what only evidence needs is not computed for them."""
    counts, exposures = sums.counts, sums.exposures
    strongest = _Weighed(-1.0, 0, 0.0)
    for window_days in range(WINDOW_DAYS_MIN, min(WINDOW_DAYS_MAX, end - BASELINE_DAYS_MIN) + 1):
        start = end - window_days
        first = start - BASELINE_DAYS_MAX if start > BASELINE_DAYS_MAX else 0
        rate = (counts[start] - counts[first]) / (exposures[start] - exposures[first])
        expected = rate * (exposures[end] - exposures[start]) * _SLOW_TREND[end - first]
        evidence = 0.0
        if counts[end] - counts[start] < expected:
            evidence = _evidence(sums.between(start, end), expected, estimate_rep_baseline(sums.between(first, start), team))
        if evidence >= strongest.evidence:
            strongest = _Weighed(evidence, window_days, expected)
    return strongest


def _evidence(window: DaySum, expected: float, baseline: RepBaseline) -> float:
    """The logarithm of how much likelier the window's count, which is less than expected, is with a fallen rate than with the
    old one; at least 0.

    Both are negative binomial with the variance of the window's days plus that of the estimated rate, relative to the squared
    mean. With size r and mean m, log f(x; qm) - log f(x; m) = x log q + (x + r) log((r + m) / (r + qm)).
    """
    variance = baseline.dispersion * window.squared_exposures / window.exposure**2
    variance += baseline.dispersion * baseline.squared_exposures / baseline.exposure**2 + 1 / baseline.counted
    size = 1 / variance
    gain = math.log((size + expected) / (size + _FALLEN_SHARE * expected))
    return max(0.0, window.counted * _LOG_FALLEN_SHARE + (window.counted + size) * gain)
