"""Working days with and without activity, written as one character each."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from services.nudges.domain.silence.evidence import PresentDay

MONDAY: Final = date(2026, 1, 5)
_SATURDAY: Final = 5


def present(pattern: str) -> list[PresentDay]:
    """Working days from a Monday on, five a week: `#` with activity, `.` without."""
    return [PresentDay(day, character == "#") for day, character in zip(working_days(len(pattern)), pattern, strict=True)]


def working_days(count: int) -> Sequence[date]:
    """From Monday on, without weekends."""
    days: list[date] = []
    day = MONDAY
    while len(days) < count:
        if day.weekday() < _SATURDAY:
            days.append(day)
        day += timedelta(days=1)
    return days
