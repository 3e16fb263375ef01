"""Whether a word may be said now, later, or not at all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.events import DayReport, NudgeKind, Presence

NUDGES_A_DAY_MAX: Final = 1
DAY_UNKNOWN: Final = "the person's day has not been opened yet"
_LOOK_AGAIN: Final = timedelta(minutes=5)
_LOOK_AGAIN_ON_LEAVE: Final = timedelta(days=1)
_WAITING: Final = frozenset({NudgeKind.CELEBRATION, NudgeKind.ANNOUNCEMENT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """It may go out now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Not now; ask again at `until`."""

    until: datetime
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """Not at all."""

    because: str


Verdict = Send | Hold | Drop

_WHY_NOT_TODAY: Final = {
    Presence.ABSENT: "on leave today",
    Presence.HOLIDAY: "today is a public holiday",
    Presence.DAY_OFF: "today is no working day",
    Presence.NOT_EMPLOYED: "not with the team today",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """What policy knows of who would be spoken to. `today` is the report of their current day; None before it is known.
    `spoken_today` counts what they were sent on that day, over all rules and channels, announcements apart."""

    timezone: str
    today: DayReport | None
    spoken_today: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """A day that is held against a person, and when they were told of the definition that judges it; None: never."""

    day: date
    told_at: datetime | None


def local_day(now: datetime, timezone: str) -> date:
    """The day it is for a person."""
    return now.astimezone(ZoneInfo(timezone)).date()


def may_speak(kind: NudgeKind, person: Person, *, shortfall: Shortfall | None = None, now: datetime) -> Verdict:
    """Send only inside the working time of a day on which the person works, and within their budget of one a day.

    A celebration waits for the next working time; coaching that cannot be said while it is true is dropped, and so is what
    holds a day against somebody who was not told before that day of what would be asked of them. An announcement waits as
    long as it must, and takes nobody's place in the budget.
    """
    if shortfall is not None and not _was_told_before(shortfall, person.timezone):
        return Drop(because="the definition was not announced before the day")
    today = person.today
    if today is None or today.day != local_day(now, person.timezone):
        later = now + _LOOK_AGAIN
        return Hold(until=later, because=DAY_UNKNOWN) if kind in _WAITING else Drop(because=DAY_UNKNOWN)
    because, until = _obstacle(kind, today, person, now=now)
    if because is None:
        return Send()
    if until is None and kind is NudgeKind.ANNOUNCEMENT:
        until = now + _LOOK_AGAIN_ON_LEAVE
    if kind not in _WAITING or until is None:
        return Drop(because=because)
    return Hold(until=until, because=because)


def _was_told_before(shortfall: Shortfall, timezone: str) -> bool:
    return shortfall.told_at is not None and local_day(shortfall.told_at, timezone) < shortfall.day


def _obstacle(kind: NudgeKind, today: DayReport, person: Person, *, now: datetime) -> tuple[str | None, datetime | None]:
    """What stands against speaking now, and when to ask again."""
    if today.work_starts_at is None or today.work_ends_at is None:
        return _WHY_NOT_TODAY.get(today.presence, "today has no working hours"), today.next_work_starts_at
    if now < today.work_starts_at:
        return "before working hours", today.work_starts_at
    if now >= today.work_ends_at:
        return "after working hours", today.next_work_starts_at
    if kind is not NudgeKind.ANNOUNCEMENT and person.spoken_today >= NUDGES_A_DAY_MAX:
        return "one nudge a day is enough", today.next_work_starts_at
    return None, None
