"""Words: which of several wordings to use, and how to name days, times and numbers."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shared.events import BehaviourResult, DayReport

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def pick(count: int, *, seed: str, used: Collection[int]) -> int | None:
    """The number of one of `count` wordings: always the same for the same seed, and none of those that were used lately. None
    when all were."""
    fresh = [number for number in range(count) if number not in used]
    if not fresh:
        return None
    drawn = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return fresh[drawn % len(fresh)]


def name_of_day(report: DayReport) -> str:
    """`today` while the day is open, else its weekday: `on Tuesday`."""
    return "today" if report.state == "open" else f"on {weekday(report.day)}"


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def date_text(day: date) -> str:
    """A day with its date: `Monday 9 March`."""
    return f"{weekday(day)} {day.day} {_MONTHS[day.month - 1]}"


def first_name(full_name: str) -> str:
    return full_name.split(" ", 1)[0]


def clock_time(instant: datetime, timezone: str) -> str:
    """A time on the rep's own clock: `13:15`."""
    return instant.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def number(value: Decimal) -> str:
    """A number without empty decimals: `5`, `2.5`."""
    return f"{value.normalize():f}"


def breakdown(report: DayReport) -> str:
    """What counted against what was planned: `conversations 12 of 10, proposals 2 of 2`."""
    asked = [behaviour for behaviour in report.behaviours if behaviour.target > 0]
    return ", ".join(_part(behaviour) for behaviour in asked)


def _part(behaviour: BehaviourResult) -> str:
    return f"{lowered(behaviour.label)} {behaviour.count} of {number(behaviour.target)}"


def lowered(label: str) -> str:
    """A label in the middle of a sentence: `calls` for `Calls`."""
    return label[:1].lower() + label[1:]


def score_text(report: DayReport) -> str:
    return f"{report.score:.0f}" if report.score is not None else "none"
