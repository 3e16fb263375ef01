"""Absences that managers have entered, in Postgres: one row per rep and day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.scoring.domain.roster.entered_absences import EnteredDay, spans_of
from services.scoring.domain.roster.roster import Roster
from shared.events import ManagerId, PersonId, RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.requests.absences import AbsenceSpan

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class EnteredAbsence:
    """A day on which a rep is away. `manager_id` entered it; it is empty once that person is erased."""

    rep_id: RepId
    day: date
    manager_id: ManagerId
    entered_at: datetime

    @property
    def entered_day(self) -> EnteredDay:
        return self.rep_id, self.day


def list_spans(entered: Collection[EnteredAbsence], roster: Roster) -> list[AbsenceSpan]:
    """The days of one rep as spans, in order; days of different managers are different spans."""
    spans = [
        AbsenceSpan(first=first, last=last, entered_by=roster.name_of_manager(manager_id))
        for manager_id in {absence.manager_id for absence in entered}
        for first, last in spans_of(absence.day for absence in entered if absence.manager_id == manager_id)
    ]
    return sorted(spans, key=lambda span: span.first)


async def list_entered(connection: Connection) -> list[EnteredAbsence]:
    """What is entered for everybody, in any order."""
    return _to_absences(await connection.fetch(_QUERIES["list_entered"]))


async def list_entered_of(connection: Connection, rep_id: RepId, *, first: date, last: date) -> list[EnteredAbsence]:
    """What is entered for a rep between two days, both included, in any order."""
    return _to_absences(await connection.fetch(_QUERIES["list_entered_of"], rep_id, first, last))


async def add_entered_days(
    connection: Connection, rep_id: RepId, days: Collection[date], *, manager_id: ManagerId, today: date, now: datetime
) -> None:
    """Enter whole days of a rep that are not entered yet; `today` is the rep's. Needs the definitions locked."""
    await connection.execute(_QUERIES["add_entered_days"], rep_id, list(days), manager_id, today, now)


async def delete_entered_days(connection: Connection, entered: Collection[EnteredDay]) -> int:
    """Take days back. Returns how many were entered. Needs the definitions locked."""
    rep_ids, days = [rep_id for rep_id, _ in entered], [day for _, day in entered]
    return len(await connection.fetch(_QUERIES["delete_entered_days"], rep_ids, days)) if entered else 0


async def list_counted_days(connection: Connection, rep_id: RepId, *, first: date, last: date) -> list[date]:
    """The days of a rep, from `first` to `last`, on which something counts, in order."""
    return [row["day"] for row in await connection.fetch(_QUERIES["list_counted_days"], rep_id, first, last)]


async def list_refuted_days(connection: Connection) -> list[EnteredDay]:
    """Entered days on which something counts after all, in any order. Days that were entered before they began are left out:
    who enters a holiday beforehand knows of it, and a call during it does not end it."""
    return [(row["rep_id"], row["day"]) for row in await connection.fetch(_QUERIES["list_refuted_days"])]


async def erase_from_entered_absences(connection: Connection, person_id: PersonId) -> None:
    """Delete what is entered for a rep, and the id of a manager from what they have entered for others."""
    await connection.execute(_QUERIES["delete_entered_of"], person_id)
    await connection.execute(_QUERIES["remove_manager"], person_id)


def _to_absences(rows: Sequence[asyncpg.Record]) -> list[EnteredAbsence]:
    return [
        EnteredAbsence(rep_id=row["rep_id"], day=row["day"], manager_id=row["manager_id"], entered_at=row["entered_at"])
        for row in rows
    ]
