"""Calendar days in a rep's own time zone, and whether the rep works on them.

A day may have 23, 24 or 25 hours, so it is never computed by adding 24 hours: it is what `astimezone(zone).date()` returns. In
some zones midnight does not exist on the day on which the clocks go forward, and Apia had no 30 December 2011 at all.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from services.scoring.domain.roster.roster import Rep, Roster
from shared.events import Presence, TeamId
from shared.languages.current import current_language

_LOOK_AHEAD_DAYS: Final = 60
_CACHE_SIZE: Final = 16_384
_DAYS_CACHED: Final = 1_024
_ONE_DAY: Final = timedelta(days=1)
_LANGUAGE: Final = "en_US"
NUDGED_WORKDAYS: Final = 2
"""After this many further workdays have begun, nobody is sent a nudge about a day."""


@lru_cache(maxsize=_DAYS_CACHED)
def day_of(instant: datetime, timezone: str) -> date:
    """The calendar day of an instant on the clock of a zone. It is often asked for many reps at one instant."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def day_start(day: date, timezone: str) -> datetime:
    """The first instant (UTC) of the day; where the day does not exist, the first instant after it."""
    zone = ZoneInfo(timezone)
    naive_midnight = datetime.combine(day, time.min, tzinfo=zone)
    start = naive_midnight.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) == naive_midnight.replace(tzinfo=None):
        return start
    return _first_instant_from(day, timezone, latest=start)


def day_end(day: date, timezone: str) -> datetime:
    """The first instant (UTC) after the day."""
    return day_start(day + _ONE_DAY, timezone)


def rep_day_of(rep: Rep, instant: datetime) -> date:
    """The rep's day that an instant lies in.

    A rep who moves to another zone follows its clock from midnight there on the first day of the new term. Until then the last
    day of the old term goes on, however long it becomes.
    """
    day = latest = date.max
    for term in reversed(rep.terms):
        day = min(day_of(instant, term.timezone), latest)
        if day >= term.first:
            break
        latest = term.first - _ONE_DAY
    return day


@lru_cache(maxsize=_CACHE_SIZE)
def team_day_of(roster: Roster, team_id: TeamId, instant: datetime) -> date:
    """The day that an instant lies in, on the earliest calendar among the team's reps; in UTC if there are none."""
    return min((rep_day_of(rep, instant) for rep in roster.reps_of(team_id)), default=instant.date())


def rep_day_start(rep: Rep, day: date) -> datetime:
    """The first instant (UTC) of the rep's day; of a day that a move skips, the first instant after it."""
    term = rep.on(day)
    start = day_start(day, term.timezone)
    following = rep.on(day + _ONE_DAY)
    return start if following is term else min(start, day_start(day + _ONE_DAY, following.timezone))


def rep_day_end(rep: Rep, day: date) -> datetime:
    """The first instant (UTC) after the rep's day."""
    return rep_day_start(rep, day + _ONE_DAY)


@lru_cache(maxsize=_CACHE_SIZE)
def presence_on(rep: Rep, day: date) -> tuple[Presence, Fraction]:
    """Whether the rep is expected to work on the day, and for what share of it (0 to 1)."""
    term = rep.on(day)
    if not rep.is_employed_on(day):
        return Presence.NOT_EMPLOYED, Fraction(0)
    if day.weekday() not in term.workdays:
        return Presence.DAY_OFF, Fraction(0)
    if term.country is not None and day in _holidays(term.country, term.subdivision, day.year):
        return Presence.HOLIDAY, Fraction(0)
    off = rep.absent_on(day)
    if off >= 1:
        return Presence.ABSENT, Fraction(0)
    return Presence.WORKING, 1 - off


@lru_cache(maxsize=_CACHE_SIZE)
def working_time(rep: Rep, day: date) -> tuple[datetime, datetime] | None:
    """When a message may reach the rep on the day, in UTC, the end excluded; None on a day that is not worked."""
    presence, _ = presence_on(rep, day)
    if presence is not Presence.WORKING:
        return None
    term = rep.on(day)
    zone = ZoneInfo(term.timezone)
    starts, ends = (datetime.combine(day, hour, tzinfo=zone).astimezone(UTC) for hour in term.hours)
    starts, ends = max(starts, rep_day_start(rep, day)), min(ends, rep_day_end(rep, day))
    return (starts, ends) if starts < ends else None


@lru_cache(maxsize=_CACHE_SIZE)
def next_work_start(rep: Rep, after: date) -> datetime | None:
    """When the first working day after `after` begins; None when there is none within 60 days."""
    for offset in range(1, _LOOK_AHEAD_DAYS + 1):
        working = working_time(rep, after + timedelta(days=offset))
        if working is not None:
            return working[0]
    return None


def holidays_between(country: str, subdivision: str, *, first: date, last: date) -> Iterator[tuple[date, str]]:
    """The public holidays from `first` to `last`, in order, each with its name in the language of whoever reads it, or else in
    English. No country has none."""
    if not country:
        return
    years = range(first.year, last.year + 1)
    named = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=_LANGUAGE)
    if current_language() in named.supported_languages:
        named = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=current_language())
    for day, name in sorted(named.items()):
        if first <= day <= last:
            yield day, name


def is_silent(rep: Rep, day: date, *, today: date) -> bool:
    """Whether the day is too long ago for nudges: more than two workdays have begun since, today included."""
    workdays, following = 0, day + _ONE_DAY
    while following <= today and workdays <= NUDGED_WORKDAYS:
        workdays += presence_on(rep, following)[0] is Presence.WORKING
        following += _ONE_DAY
        if (following - day).days > _LOOK_AHEAD_DAYS:
            return True
    return workdays > NUDGED_WORKDAYS


@lru_cache(maxsize=4_096)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def _first_instant_from(day: date, timezone: str, *, latest: datetime) -> datetime:
    """The first second whose local date is `day` or later: `latest`, or at most a day before it."""
    earliest = latest - _ONE_DAY
    seconds = bisect_left(range(86_400), day, key=lambda second: day_of(earliest + timedelta(seconds=second), timezone))
    return earliest + timedelta(seconds=seconds)
