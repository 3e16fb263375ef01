"""Worked days, and sums over runs of them."""

import pytest

from services.nudges.domain.drop.counts import DaySum, DaySums, WorkedDay, active_days
from tests.services.nudges.domain.drop.weeks import counted


@pytest.mark.parametrize(
    ("weekday", "count", "exposure"),
    [(7, 1, 1.0), (-1, 1, 1.0), (0, -1, 1.0), (0, 1, 0.0), (0, 1, 1.01)],
    ids=["no weekday", "a weekday before Monday", "a negative count", "no part of the day", "more than a day"],
)
def test_what_is_no_worked_day_is_refused(weekday: int, count: int, exposure: float) -> None:
    with pytest.raises(ValueError, match="leave out days that were not worked"):
        WorkedDay(weekday=weekday, count=count, exposure=exposure)


def test_the_edges_of_a_worked_day_are_accepted() -> None:
    assert WorkedDay(weekday=0, count=0, exposure=0.01).count == 0
    assert WorkedDay(weekday=6, count=0, exposure=1.0).weekday == 6


def test_an_active_day_is_one_on_which_something_counted() -> None:
    assert [day.count for day in active_days(counted(3, 0, 1, 0))] == [3, 1]


def test_sums_cover_any_run_of_days() -> None:
    days = [
        WorkedDay(weekday=0, count=5),
        WorkedDay(weekday=1, count=2, exposure=0.5),
        WorkedDay(weekday=2, count=7),
        WorkedDay(weekday=1, count=3),
    ]
    sums = DaySums(days, (1.0, 2.0, 0.5, 1.0, 1.0, 1.0, 1.0))

    assert sums.days == 4
    assert sums.between(1, 4) == DaySum(
        days=3,
        counted=12,
        exposure=1.0 + 0.5 + 2.0,
        squared_counts=4 + 49 + 9,
        products=2 * 1.0 + 7 * 0.5 + 3 * 2.0,
        squared_exposures=1.0 + 0.25 + 4.0,
    )
    assert sums.between(2, 2) == DaySum(0, 0, 0, 0, 0, 0)
