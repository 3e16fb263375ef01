"""Ways to watch for a drop, each under the same cool-downs: the one that Daymark has, and two that are common."""

import math
from collections.abc import Callable, Sequence
from random import Random
from statistics import fmean
from typing import Final

from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import BASELINE_DAYS_MAX, BASELINE_DAYS_MIN, HISTORY_DAYS_MAX, Assessment, assess
from services.nudges.domain.drop.error_budget import ErrorBudget, cooldown_days
from services.nudges.domain.drop.expectation import TeamBaseline

_COOL_DOWN_DAYS: Final = 10

Watcher = Callable[[Sequence[WorkedDay], TeamBaseline], int | None]
"""For how many worked days the watch is quiet after the newest day: None where there is no alert."""


def budgeted(budget: ErrorBudget) -> Watcher:
    """Daymark's own."""

    def watch(days: Sequence[WorkedDay], team: TeamBaseline) -> int | None:
        finding = assess(days[-HISTORY_DAYS_MAX:], team, budget)
        return cooldown_days(finding.window_days) if isinstance(finding, Assessment) and finding.is_drop else None

    return watch


def below_70_percent(days: Sequence[WorkedDay], _: TeamBaseline) -> int | None:
    """Today below 70% of the rep's own average."""
    before = [day.count for day in days[-BASELINE_DAYS_MAX - 1 : -1]]
    return _COOL_DOWN_DAYS if len(before) >= BASELINE_DAYS_MIN and days[-1].count < 0.7 * fmean(before) else None


def below_two_sigma(days: Sequence[WorkedDay], _: TeamBaseline) -> int | None:
    """Today below the rep's own average less two standard deviations."""
    before = [day.count for day in days[-BASELINE_DAYS_MAX - 1 : -1]]
    if len(before) < BASELINE_DAYS_MIN or days[-1].count >= (mean := fmean(before)):
        return None
    sigma = math.sqrt(sum([(count - mean) ** 2 for count in before]) / (len(before) - 1))
    return _COOL_DOWN_DAYS if days[-1].count < mean - 2 * sigma else None


def alerts(days: Sequence[WorkedDay], team: TeamBaseline, watcher: Watcher, *, start: int) -> list[int]:
    """The days from `start` on that make an alert, by their index."""
    found, quiet_until = [], start
    for index in range(start, len(days)):
        if index >= quiet_until and (quiet := watcher(days[: index + 1], team)) is not None:
            found.append(index)
            quiet_until = index + 1 + quiet
    return found


def noticed_after(days: Sequence[WorkedDay], team: TeamBaseline, watcher: Watcher, *, dropped_at: int) -> int | None:
    """How many worked days after a drop there was the first alert, 1 being its first day; None: never. An alert in the
    month before it makes the watch quiet as it would be."""
    found = alerts(days, team, watcher, start=max(0, dropped_at - 20))
    return next((index - dropped_at + 1 for index in found if index >= dropped_at), None)


def halved(days: Sequence[WorkedDay], random: Random) -> list[WorkedDay]:
    """Each activity stays with a chance of one half."""
    return [
        WorkedDay(
            weekday=day.weekday,
            count=random.getrandbits(day.count).bit_count() if day.count else 0,
            exposure=day.exposure,
        )
        for day in days
    ]
