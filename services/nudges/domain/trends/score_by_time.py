"""What a rep's score usually is by this time of the day, as it was known by then on days of their own.

A score of the past is the one that Daymark knew at the time, not the one that the day has by now. What somebody did at nine and
their CRM reported at noon was not known at ten on that day, and neither is it today.
docs/decisions/0045-usual-by-now-compares-what-was-known.md says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

DAYS_USED: Final = 20
DAYS_KNOWN_MIN: Final = 5
_QUARTERS_AN_HOUR: Final = 4
_MINUTES_A_QUARTER: Final = 15

ScoreByQuarterHour = Mapping[int, Decimal]
"""The score of a day that was known last in each quarter of an hour of its own calendar, from 0 to 95; only those in which a
report arrived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreBand:
    """The middle half of a rep's days: from the 25th to the 75th percentile, and the `tenth` percentile."""

    low: Decimal
    high: Decimal
    tenth: Decimal


def quarter_hour_of(instant: datetime, day: date, timezone: str) -> int | None:
    """In which quarter of an hour of its day a report about the day arrives; None once the day is over. A day may be reported
    before it begins."""
    local = instant.astimezone(ZoneInfo(timezone))
    if local.date() > day:
        return None
    return local.hour * _QUARTERS_AN_HOUR + local.minute // _MINUTES_A_QUARTER if local.date() == day else 0


def find_band(days: Sequence[ScoreByQuarterHour], quarter_hour: int) -> ScoreBand | None:
    """The band at the beginning of a quarter of an hour, from the worked days before; None while fewer than five are known. A
    day of which nothing was known by then, such as one that was imported, is left out."""
    known = [score for day in days[:DAYS_USED] if (score := _score_before(day, quarter_hour)) is not None]
    return middle_half(known)


def middle_half(scores: Sequence[Decimal]) -> ScoreBand | None:
    """The band in which half of these scores lie; None if they are of fewer than five days."""
    if len(scores) < DAYS_KNOWN_MIN:
        return None
    low, _, high = quantiles(scores, n=4, method="inclusive")
    return ScoreBand(low=low, high=high, tenth=quantiles(scores, n=10, method="inclusive")[0])


def _score_before(day: ScoreByQuarterHour, quarter_hour: int) -> Decimal | None:
    """The score that was known when the quarter began."""
    before = [quarter for quarter in day if quarter < quarter_hour]
    return day[max(before)] if before else None
