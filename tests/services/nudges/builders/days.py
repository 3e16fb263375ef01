"""Dates and times that the tests of nudges share."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONDAY: Final = date(2026, 3, 2)
TUESDAY: Final = date(2026, 3, 3)
WEDNESDAY: Final = date(2026, 3, 4)
FRIDAY: Final = date(2026, 3, 6)
MADRID: Final = ZoneInfo("Europe/Madrid")


def at(day: date, local: str) -> datetime:
    """A local time in Madrid, in UTC."""
    return datetime.combine(day, time.fromisoformat(local), tzinfo=MADRID).astimezone(UTC)


NOON: Final = at(MONDAY, "12:00")


def working_days(count: int, *, until: date = MONDAY) -> list[date]:
    """The last `count` Mondays to Fridays before a day, oldest first."""
    days = [until - timedelta(days=back) for back in range(1, 2 * count + 7)]
    return [day for day in days if day.weekday() < 5][:count][::-1]


def next_working_day(day: date) -> date:
    """The first Monday to Friday after a day."""
    days = [day + timedelta(days=ahead) for ahead in range(1, 4)]
    return next(later for later in days if later.weekday() < 5)
