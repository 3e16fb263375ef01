"""Times as senders write them: Unix times, RFC 3339 and its relatives, dates without a time."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from shared.fact_values import FactValue
from shared.facts import STARTED_AT, STARTED_ON
from shared.observation import ObservationRefused

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_BELOW: Final = 10**11
"""A Unix time below this is in seconds (until the year 5138); from here on it is in milliseconds (since 1973)."""

_UNIX_TIME: Final = re.compile(r"\A([0-9]{1,16})(\.[0-9]{1,9})?\Z", re.ASCII)
_TEXT: Final = re.compile(
    r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)? ?([Zz]|UTC|[+-][0-9]{2}(?::?[0-5][0-9])?)?)?\Z",
    re.ASCII,
)
_MICROSOFT_TIME: Final = re.compile(r"\A/Date\(([0-9]{1,16})(?:[+-][0-9]{4})?\)/\Z")
_DATE_LENGTH: Final = len("2026-01-12")
_END_OF_DAY_H: Final = 24
_DIGITS_OF_MICROSECONDS: Final = 6


def to_rfc3339(value: object) -> str:
    """The time of an observation as RFC 3339 text. Text without an offset is taken to be in UTC; a date without a time is noon
    in UTC, which lies on that date almost everywhere.

    Raises:
        ObservationRefused: it is no time, or beyond the calendar.
    """
    if isinstance(value, bool) or value is None:
        raise ObservationRefused("observed_at", "is missing")
    when = _parse(value)
    if when is None:
        raise ObservationRefused("observed_at", "is not a time, such as 2026-01-12T09:00:00+01:00")
    return (when if isinstance(when, datetime) else datetime.combine(when, time(12), UTC)).isoformat()


def read_time(value: object) -> FactValue:
    """A time as RFC 3339 text; None if there is none. What is no time is returned unchanged, so that the check of the fact
    refuses it by name."""
    if value is None or value == "":
        return None
    when = _parse(value)
    return when.isoformat() if isinstance(when, datetime) else _unread(value) if when is None else to_rfc3339(value)


def read_start(value: object) -> dict[str, FactValue]:
    """The facts about when something started: a time, or a date on the rep's own calendar. Empty if nothing is said."""
    if value is None or value == "":
        return {}
    when = _parse(value)
    if when is not None and not isinstance(when, datetime):
        return {STARTED_AT.name: None, STARTED_ON.name: when.isoformat()}
    return {STARTED_AT.name: when.isoformat() if when is not None else _unread(value)}


def read_date(value: object) -> FactValue:
    """The date of a time or a date, as written; None if there is none."""
    if value is None or value == "":
        return None
    when = _parse(value)
    return _unread(value) if when is None else when.isoformat()[:_DATE_LENGTH]


def is_date(value: object) -> bool:
    """Whether it is a date without a time. Midnight in UTC, by which some senders mean one, is none."""
    return isinstance(value, str) and len(value) == _DATE_LENGTH and _TEXT.match(value) is not None


def _unread(value: object) -> FactValue:
    return value if isinstance(value, str | int | float) else str(type(value).__name__)


def _parse(value: object) -> datetime | date | None:
    text = f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value).strip()
    microsoft_time = _MICROSOFT_TIME.match(text)
    unix_time = _UNIX_TIME.match(microsoft_time[1] if microsoft_time else text)
    try:
        return _from_unix_time(unix_time) if unix_time else _from_text(text)
    except (ValueError, OverflowError):
        return None


def _from_unix_time(match: re.Match[str]) -> datetime:
    count = int(match[1]) + float(match[2] or 0)
    return _EPOCH + (timedelta(seconds=count) if count < _SECONDS_BELOW else timedelta(milliseconds=count))


def _from_text(text: str) -> datetime | date | None:
    match = _TEXT.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    on = date(int(year), int(month), int(day))
    if hour is None:
        return on
    microsecond = int((fraction or "0").ljust(_DIGITS_OF_MICROSECONDS, "0")[:_DIGITS_OF_MICROSECONDS])
    is_end_of_day = int(hour) == _END_OF_DAY_H and (int(minute), int(second or 0), microsecond) == (0, 0, 0)
    at = time(0 if is_end_of_day else int(hour), int(minute), int(second or 0), microsecond, _zone(offset))
    return datetime.combine(on, at) + timedelta(days=is_end_of_day)


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in ("Z", "z", "UTC"):
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].removeprefix(":") or 0)
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
