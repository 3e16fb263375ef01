"""Show, enter and take back absences of a rep, for a manager who leads the rep today."""

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import NoSuchRep
from services.scoring.definitions.entered_absences import (
    add_entered_days,
    delete_entered_days,
    list_counted_days,
    list_entered_of,
    list_spans,
)
from services.scoring.definitions.pending_rescores import request_rescore
from services.scoring.definitions.stored_definitions import bump_version
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.calendar import rep_day_of
from services.scoring.domain.roster.entered_absences import spans_of
from services.scoring.domain.roster.roster import Rep, Roster
from shared.errors import Refusal
from shared.events import ManagerId
from shared.postgres.pool import Connection
from shared.requests.absences import AbsenceQuery, AbsenceSpan, AbsenceState
from shared.suggestions import with_suggestion

DAYS_MAX: Final = 60
REACH: Final = timedelta(days=183)
_ONE_DAY: Final = timedelta(days=1)


class NotTheirManager(Refusal):
    """You don't manage this rep's team today, so you can't enter or undo absences for them. Ask whoever does."""


class RangeBackwards(Refusal):
    """The last day is before the first. Swap the two dates."""


class RangeTooLong(Refusal):
    """An absence entered here can be at most 60 days long. Enter a longer one in parts, or have it put into the roster file."""


class RangeTooFar(Refusal):
    """An absence entered here can be at most half a year ago or ahead. Check the year; the roster file takes any
    date."""


class NoEmptyDay(Refusal):
    """Something was logged on each of these days, and it counts, so none of them was entered as an absence. Choose other days,
    or correct the records in the CRM first."""


class StandsInRoster(Refusal):
    """This absence is in the roster file, so it can't be undone here. Ask whoever runs Daymark to correct the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Days:
    """The days of a query that may be asked."""

    rep: Rep
    manager_id: ManagerId
    today: date
    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        return (self.first + offset * _ONE_DAY for offset in range((self.last - self.first).days + 1))


async def show_absences(pool: asyncpg.Pool, cache: DefinitionsCache, query: AbsenceQuery, *, now: datetime) -> AbsenceState:
    """What is known of these days.

    Raises:
        NoSuchRep, NotTheirManager, RangeBackwards, RangeTooLong, RangeTooFar: the query may not be asked.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        return await _state(connection, definitions, _check(definitions.roster, query, now=now))


async def enter_absence(pool: asyncpg.Pool, cache: DefinitionsCache, query: AbsenceQuery, *, now: datetime) -> AbsenceState:
    """Enter the days, without those on which something counts and those that the roster file states. Doing it again changes
    nothing.

    Raises:
        NoSuchRep, NotTheirManager, RangeBackwards, RangeTooLong, RangeTooFar: the query may not be asked.
        NoEmptyDay: something counts on every one of the days.
    """

    async def enter(connection: Connection, days: _Days) -> int:
        active = await list_counted_days(connection, days.rep.id, first=days.first, last=days.last)
        if all(day in active for day in days):
            raise NoEmptyDay
        missing = _missing(days, active)
        await add_entered_days(connection, days.rep.id, missing, manager_id=days.manager_id, today=days.today, now=now)
        return len(missing)

    return await _change(pool, cache, query, enter, now=now)


async def withdraw_absence(pool: asyncpg.Pool, cache: DefinitionsCache, query: AbsenceQuery, *, now: datetime) -> AbsenceState:
    """Take back what is entered of the days, whoever has entered it. Doing it again changes nothing.

    Raises:
        NoSuchRep, NotTheirManager, RangeBackwards, RangeTooLong, RangeTooFar: the query may not be asked.
        StandsInRoster: nothing of it is entered, and the roster file has an absence there.
    """

    async def withdraw(connection: Connection, days: _Days) -> int:
        deleted = await delete_entered_days(connection, [(days.rep.id, day) for day in days])
        if not deleted and any(days.rep.absent_on(day) >= 1 for day in days):
            raise StandsInRoster
        return deleted

    return await _change(pool, cache, query, withdraw, now=now)


async def _change(
    pool: asyncpg.Pool,
    cache: DefinitionsCache,
    query: AbsenceQuery,
    change: Callable[[Connection, _Days], Awaitable[int]],
    *,
    now: datetime,
) -> AbsenceState:
    """Everybody else waits only until the change is stored; the days are scored again in the background."""
    async with pool.acquire() as connection, connection.transaction():
        days = _check((await cache.lock(connection)).roster, query, now=now)
        if await change(connection, days):
            await bump_version(connection)
            await request_rescore(
                connection, [days.rep.id], first=days.first, last=days.last, needs_reassignment=False, now=now
            )
    return await show_absences(pool, cache, query, now=now)


def _check(roster: Roster, query: AbsenceQuery, *, now: datetime) -> _Days:
    rep = roster.reps.get(query.rep)
    if rep is None:
        raise NoSuchRep(with_suggestion(query.rep, roster.reps))
    today = rep_day_of(rep, now)
    team = roster.team_of(rep, today)
    if not any(manager.id == query.manager and manager.leads_on(today) for manager in team.managers):
        raise NotTheirManager
    first, last = query.first, query.last if query.last is not None else today
    if not (abs(first - today) <= REACH and abs(last - today) <= REACH):
        raise RangeTooFar
    if first > last:
        raise RangeBackwards
    if (last - first).days >= DAYS_MAX:
        raise RangeTooLong
    return _Days(rep=rep, manager_id=query.manager, today=today, first=first, last=last)


async def _state(connection: Connection, definitions: Definitions, days: _Days) -> AbsenceState:
    entered = await list_entered_of(connection, days.rep.id, first=days.first, last=days.last)
    entered_days = {absence.day for absence in entered}
    stated = [day for day in days if day not in entered_days and days.rep.absent_on(day) >= 1]
    active = await list_counted_days(connection, days.rep.id, first=days.first, last=days.last)
    return AbsenceState(
        rep_name=days.rep.name,
        today=days.today,
        first=days.first,
        last=days.last,
        entered=tuple(list_spans(entered, definitions.roster)),
        in_roster=tuple(AbsenceSpan(first=first, last=last) for first, last in spans_of(stated)),
        active=tuple(day for day in active if days.rep.absent_on(day) < 1),
        missing=tuple(AbsenceSpan(first=first, last=last) for first, last in spans_of(_missing(days, active))),
    )


def _missing(days: _Days, active: Collection[date]) -> list[date]:
    """Those of the days that can be entered: nothing counts on them, and they are no absence yet."""
    return [day for day in days if day not in active and days.rep.absent_on(day) < 1]
