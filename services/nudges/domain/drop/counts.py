"""Worked days with their counts, and sums over runs of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple

WEEKDAYS: Final = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkedDay:
    """How many activities counted on a worked day. `exposure` is the part of the day that was worked, above 0 and at most 1;
    `weekday` is 0 on Monday.

    Raises:
        ValueError: a value is out of its range.
    """

    weekday: int
    count: int
    exposure: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < WEEKDAYS or self.count < 0 or not 0 < self.exposure <= 1:
            raise ValueError(f"{self} is no worked day: leave out days that were not worked, and count from 0")


def active_days(days: Iterable[WorkedDay]) -> list[WorkedDay]:
    """Those on which something counted."""
    return [day for day in days if day.count]


class DaySum(NamedTuple):
    """Sums over a run of days: of counts, of exposures in average full days, of their squares and of their products."""

    days: int
    counted: float
    exposure: float
    squared_counts: float
    products: float
    squared_exposures: float


class DaySums:
    """A rep's days, oldest first, so that the sums over any run of them take the same short time. `counts` and `exposures` are
    running sums: each is that of the days before an index."""

    def __init__(self, days: Sequence[WorkedDay], weekday_factors: Sequence[float]) -> None:
        counts = [day.count for day in days]
        exposures = [day.exposure * weekday_factors[day.weekday] for day in days]
        self.days = len(days)
        self.counts = _running_sum(counts)
        self.exposures = _running_sum(exposures)
        self._squared_counts = _running_sum([count * count for count in counts])
        self._products = _running_sum([count * part for count, part in zip(counts, exposures, strict=True)])
        self._squared_exposures = _running_sum([part * part for part in exposures])

    def between(self, start: int, end: int) -> DaySum:
        """The days from index `start` on, up to and without index `end`."""
        return DaySum(
            end - start,
            self.counts[end] - self.counts[start],
            self.exposures[end] - self.exposures[start],
            self._squared_counts[end] - self._squared_counts[start],
            self._products[end] - self._products[start],
            self._squared_exposures[end] - self._squared_exposures[start],
        )


def _running_sum(values: Iterable[float]) -> Sequence[float]:
    return list(accumulate(values, initial=0.0))
