"""Show what the roster has of one person, with what managers have entered."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.check_names import PersonNotInRoster
from services.scoring.definitions.entered_absences import EnteredAbsence, list_entered_of, list_spans
from services.scoring.definitions.roster_edits.work_calendar import calendars_of
from services.scoring.domain.roster.calendar import rep_day_of, team_day_of
from services.scoring.domain.roster.roster import Manager, Rep, Roster, Team
from shared.events import PersonId, RepId
from shared.requests.roster.person import RosterPerson, StatedAbsence

SHOWN_FOR: Final = timedelta(days=90)
_ALWAYS: Final = date.max


async def show_person(pool: asyncpg.Pool, cache: DefinitionsCache, person_id: PersonId, *, now: datetime) -> RosterPerson:
    """What the roster has of a person.

    Raises:
        PersonNotInRoster: it does not list the person.
    """
    since = now.date() - SHOWN_FOR
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        roster = (await cache.read(connection)).roster
        entered = await list_entered_of(connection, RepId(person_id), first=since, last=_ALWAYS)
    return person_in(roster, person_id, entered, now=now)


def person_in(roster: Roster, person_id: PersonId, entered: list[EnteredAbsence], *, now: datetime) -> RosterPerson:
    """The same, of a roster with what managers have `entered` for the person.

    Raises:
        PersonNotInRoster: it does not list the person.
    """
    rep = roster.reps.get(RepId(person_id))
    managed = [(team, manager) for team in roster.teams for manager in team.managers if manager.id == person_id]
    if rep is None:
        if not managed:
            raise PersonNotInRoster(person_id)
        return _manager(managed, today=team_day_of(roster, managed[0][0].id, now))
    today = rep_day_of(rep, now)
    return RosterPerson(
        person=person_id,
        name=rep.name,
        is_rep=True,
        teams=tuple(dict.fromkeys((roster.team_of(rep, today).name, *(team.name for team, _ in managed)))),
        today=today,
        last_day=_latest([rep.left, *(manager.last for _, manager in managed)]),
        absences=tuple(_stated(rep, {absence.day for absence in entered}, since=now.date() - SHOWN_FOR)),
        entered=tuple(list_spans(entered, roster)),
        calendars=calendars_of(rep),
    )


def _manager(managed: list[tuple[Team, Manager]], *, today: date) -> RosterPerson:
    _, manager = managed[0]
    return RosterPerson(
        person=manager.id,
        name=manager.name,
        is_rep=False,
        teams=tuple(team.name for team, _ in managed),
        today=today,
        last_day=_latest([manager.last for _, manager in managed]),
    )


def _latest(ends: list[date | None]) -> date | None:
    """None if one of them is open."""
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _stated(rep: Rep, entered: set[date], *, since: date) -> Iterator[StatedAbsence]:
    """Those of the roster. What managers have entered are whole days that the roster does not state."""
    for absence in sorted(rep.absences, key=lambda absence: (absence.first, absence.last)):
        if absence.last >= since and not (absence.part == 1 and absence.last in entered):
            part = Decimal(absence.part.numerator) / absence.part.denominator
            yield StatedAbsence(first=absence.first, last=absence.last, part=part)
