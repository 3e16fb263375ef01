"""When people may be reached, on their own clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.events import DayReport, Presence

MANAGERS_START: Final = time(9)
MANAGERS_END: Final = time(17)
_SATURDAY: Final = 5
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingTime:
    """When a person may be reached on one of their days. The bounds are None on a day that is not worked; `next_starts_at` is
    the first such time after the day, None when none is in sight."""

    day: date
    presence: Presence
    starts_at: datetime | None
    ends_at: datetime | None
    next_starts_at: datetime | None


def local_day(instant: datetime, timezone: str) -> date:
    """The calendar day of an instant in a zone."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def working_time_of_rep(report: DayReport) -> WorkingTime:
    """As the report of the day has it."""
    return WorkingTime(
        day=report.day,
        presence=report.presence,
        starts_at=report.work_starts_at,
        ends_at=report.work_ends_at,
        next_starts_at=report.next_work_starts_at,
    )


def working_time_of_manager(day: date, timezone: str) -> WorkingTime:
    """From 9:00 to 17:00 on the manager's own clock, Monday to Friday: their leave and holidays are not known."""
    following = next(later for later in (day + ahead * _ONE_DAY for ahead in range(1, 8)) if is_manager_workday(later))
    works = is_manager_workday(day)
    return WorkingTime(
        day=day,
        presence=Presence.WORKING if works else Presence.DAY_OFF,
        starts_at=_at(day, MANAGERS_START, timezone) if works else None,
        ends_at=_at(day, MANAGERS_END, timezone) if works else None,
        next_starts_at=_at(following, MANAGERS_START, timezone),
    )


def is_manager_workday(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < _SATURDAY


def workday_before(day: date) -> date:
    """The last Monday to Friday before a day."""
    return next(earlier for earlier in (day - back * _ONE_DAY for back in range(1, 8)) if is_manager_workday(earlier))


def next_digest_at(timezone: str, *, digest_at: time, now: datetime) -> datetime:
    """The next time that it is `digest_at` on the manager's clock, on a workday."""
    today = local_day(now, timezone)
    days = [today + ahead * _ONE_DAY for ahead in range(8)]
    return next(at for day in days if is_manager_workday(day) and (at := _at(day, digest_at, timezone)) > now)


def _at(day: date, local: time, timezone: str) -> datetime:
    return datetime.combine(day, local, tzinfo=ZoneInfo(timezone))
