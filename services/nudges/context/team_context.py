"""A team as its manager's rules see it in the morning, and when managers may be reached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.decide.policy.may_send import WorkingTime
from services.nudges.domain.candidate import Called
from services.nudges.domain.history import is_worked
from shared.events import DayReport, Mention, Person, Presence

WORK_STARTS: Final = time(9)
WORK_ENDS: Final = time(17)
LOOKED_BACK: Final = timedelta(weeks=4)
_SATURDAY: Final = 5
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A rep of the manager's. `days` are the last four weeks, the newest first, today included; `recognised_on` is the last
    day on which somebody had a word with them for good work, or was asked to, and `told_on` when they were told of each version
    of a playbook."""

    rep: Person
    team: Person
    days: tuple[DayReport, ...]
    recognised_on: date | None
    told_on: Mapping[int, date] = field(default_factory=dict)

    @property
    def worked(self) -> tuple[DayReport, ...]:
        """The worked days that are over, newest first."""
        return tuple(day for day in self.days if day.state == "closed" and is_worked(day))

    @property
    def answerable(self) -> tuple[DayReport, ...]:
        """Those of them that may be held against the rep, who was told before the day of what would be asked."""
        return tuple(day for day in self.worked if self._told_on(day) < day.day)

    def _told_on(self, day: DayReport) -> date:
        return self.told_on.get(day.playbook_version, date.max) if day.playbook_version is not None else date.max


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """What the manager was last asked to coach, and when."""

    day: date
    about: tuple[Mention, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamSituation:
    """`today` is the manager's day; `members` are in the order of their names. `recognitions` counts those of this week."""

    today: date
    members: Sequence[Member]
    recognitions: int = 0
    last_brief: Brief | None = None


TeamRule = Callable[[TeamSituation], Called | None]
"""Decides whether a manager is to hear something of their team in the morning."""


def is_working_day(day: date) -> bool:
    """Managers are taken to work from Monday to Friday; their leave and holidays are not known."""
    return day.weekday() < _SATURDAY


def working_day_before(day: date) -> date:
    return next(one for one in (day - back * _A_DAY for back in range(1, 8)) if is_working_day(one))


def working_time_of_manager(day: date, timezone: str) -> WorkingTime:
    """From 9:00 to 17:00 on their own clock."""
    following = next(one for one in (day + ahead * _A_DAY for ahead in range(1, 8)) if is_working_day(one))
    works = is_working_day(day)
    return WorkingTime(
        day=day,
        presence=Presence.WORKING if works else Presence.DAY_OFF,
        starts_at=_at(day, WORK_STARTS, timezone) if works else None,
        ends_at=_at(day, WORK_ENDS, timezone) if works else None,
        next_starts_at=_at(following, WORK_STARTS, timezone),
    )


def next_look(timezone: str, *, look_at: time, now: datetime) -> datetime:
    """The next time that it is `look_at` on the manager's clock, on a working day."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    days = [today + ahead * _A_DAY for ahead in range(8)]
    return next(at for day in days if is_working_day(day) and (at := _at(day, look_at, timezone)) > now)


def _at(day: date, local: time, timezone: str) -> datetime:
    return datetime.combine(day, local, tzinfo=ZoneInfo(timezone))
