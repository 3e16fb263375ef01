"""What is known of a rep before a Monday, for tests of the rules that compare now with what is usual."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.nudges.domain.baseline import Baseline, PastDay
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import UNKNOWN_TEAM_BASELINE, TeamBaseline
from tests.services.nudges.builders.days import working_days
from tests.services.nudges.builders.reports import CALLS, DEMOS, PROPOSALS
from tests.services.nudges.domain.drop.weeks import spread_over, steady

_WORKED_DAYS: Final = 60


def baseline_of(
    past: Sequence[PastDay], *, team: TeamBaseline = UNKNOWN_TEAM_BASELINE, alerted_on: date | None = None
) -> Baseline:
    """What is known after these days, with the budget of a calibrated team."""
    return Baseline(past=tuple(past), team=team, budget=ErrorBudget(), alerted_on=alerted_on)


def calls_on(worked: Sequence[WorkedDay]) -> list[PastDay]:
    """Worked days of calls alone, the last of them on the Friday before."""
    return [
        PastDay(day=day, counts={CALLS: past.count}, part=past.exposure)
        for day, past in zip(working_days(len(worked)), worked, strict=True)
    ]


def calls_after(
    mean: float, total: int, days: int, *, worked_before: int = _WORKED_DAYS, alerted_on: date | None = None
) -> Baseline:
    """Steady worked days with a mean of so many calls, and then a total of calls over the last days."""
    team = TeamBaseline(weekday_factors=(1.0,) * 7, dispersion=0.17)
    past = calls_on([*steady(mean, worked_before), *spread_over(total, days)])
    return baseline_of(past, team=team, alerted_on=alerted_on)


def fallen_to(total: int, *, alerted_on: date | None = None) -> Baseline:
    """Five days in which about 195 calls were to be expected; 118 and fewer are a drop."""
    return calls_after(40, total, 5, alerted_on=alerted_on)


def conversions(*periods: tuple[int, int, int]) -> Baseline:
    """Periods of worked days before Monday, oldest first: how many days, and how many calls and proposals in all of them."""
    counts = [
        {CALLS: _share(calls, number, days), PROPOSALS: _share(proposals, number, days)}
        for days, calls, proposals in periods
        for number in range(days)
    ]
    days = working_days(len(counts))
    return baseline_of([PastDay(day=day, counts=of_day) for day, of_day in zip(days, counts, strict=True)])


def ten_demos_a_day(days: int = 20, *, spread: int = 1, counts: Sequence[int] = ()) -> Baseline:
    """Worked days that end six days before Monday, with ten demos each: as many more on one day as less on the next."""
    demos = counts or [10 + (spread if number % 2 else -spread) for number in range(days)]
    worked = working_days(len(demos) + 5)[: len(demos)]
    return baseline_of([PastDay(day=day, counts={DEMOS: count}) for day, count in zip(worked, demos, strict=True)])


def _share(total: int, number: int, days: int) -> int:
    """What one of the days has of a total that is spread evenly."""
    return total // days + (number < total % days)
