"""Detectors of a drop in a rep's counts: Daymark's, and two simple ones that are in common use."""

import math
from collections.abc import Callable, Sequence
from random import Random
from statistics import fmean
from typing import Final

from services.nudges.domain.drop.counts import WorkedDay, active_days
from services.nudges.domain.drop.detector import ACTIVE_DAYS_MAX, BASELINE_DAYS_MAX, BASELINE_DAYS_MIN, assess
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import TeamBaseline

_COOLDOWN_DAYS: Final = 10
_DAYS_BEFORE_DROP: Final = 20
"""No cooldown is longer, so alerts before these days have no influence on those after the drop."""

Detector = Callable[[Sequence[WorkedDay], TeamBaseline], int | None]
"""Judges the newest of a rep's worked days (oldest first). Returns None, or for an alert its cooldown in worked days."""


def make_daymark_detector(budget: ErrorBudget) -> Detector:
    """The detector of Daymark under a budget of false alerts."""

    def detect(days: Sequence[WorkedDay], team: TeamBaseline) -> int | None:
        active = active_days(days)
        if not days[-1].count:
            return None
        active_share = len(active) / len(days)
        assessment = assess(active[-ACTIVE_DAYS_MAX:], team, budget, active_share=active_share)
        if assessment is None or not assessment.is_drop:
            return None
        return math.ceil(cooldown_days(assessment.window_days, active_share) / active_share)

    return detect


def detect_below_70_percent(days: Sequence[WorkedDay], _: TeamBaseline) -> int | None:
    """Alert if the count is below 70% of the rep's own mean."""
    counts = _counts_before(days)
    return _COOLDOWN_DAYS if len(counts) >= BASELINE_DAYS_MIN and days[-1].count < 0.7 * fmean(counts) else None


def detect_below_two_sigma(days: Sequence[WorkedDay], _: TeamBaseline) -> int | None:
    """Alert if the count is more than two standard deviations below the rep's own mean."""
    counts = _counts_before(days)
    if len(counts) < BASELINE_DAYS_MIN or days[-1].count >= (mean := fmean(counts)):
        return None
    sigma = math.sqrt(sum([(count - mean) ** 2 for count in counts]) / (len(counts) - 1))
    return _COOLDOWN_DAYS if days[-1].count < mean - 2 * sigma else None


def _counts_before(days: Sequence[WorkedDay]) -> list[int]:
    """The counts of the days before the newest one, as far back as Daymark's baseline reaches."""
    return [day.count for day in days[-BASELINE_DAYS_MAX - 1 : -1]]


def find_alert_days(days: Sequence[WorkedDay], team: TeamBaseline, detector: Detector, *, start: int) -> list[int]:
    """The indexes of the days with an alert, when the days from `start` on are judged one after the other."""
    alert_days, silent_until = list[int](), start
    for index in range(start, len(days)):
        if index >= silent_until and (cooldown := detector(days[: index + 1], team)) is not None:
            alert_days.append(index)
            silent_until = index + 1 + cooldown
    return alert_days


def find_delay_days(days: Sequence[WorkedDay], team: TeamBaseline, detector: Detector, *, drop_start: int) -> int | None:
    """On which worked day of the drop the first alert came, counted from 1; None if there was none.

    Alerts shortly before the drop are simulated, too, because their cooldowns can delay the first one within it.
    """
    alert_days = find_alert_days(days, team, detector, start=max(0, drop_start - _DAYS_BEFORE_DROP))
    return next((index - drop_start + 1 for index in alert_days if index >= drop_start), None)


def halve_counts(days: Sequence[WorkedDay], random: Random) -> list[WorkedDay]:
    """The days with each activity kept with a probability of one half."""
    return [
        WorkedDay(
            weekday=day.weekday,
            count=random.getrandbits(day.count).bit_count() if day.count else 0,
            exposure=day.exposure,
        )
        for day in days
    ]
