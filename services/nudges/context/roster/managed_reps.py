"""Who can write to a rep, and who else is in a rep's team: by the newest report of each rep."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import asyncpg

from shared.events import DayReport, Person, PersonId, Presence, Rep
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_GONE_AFTER: Final = timedelta(days=7)
"""A rep without a report for so long before the newest one of all has left, and nobody leads them any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Somebody who can write to a rep, under the name of the newest report."""

    person: Person
    is_colleague: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleagues:
    """A rep, and the others of their team whom they can thank; without any, the name is empty."""

    person: Person
    reps: tuple[Rep, ...]


async def find_sender(connection: Connection | asyncpg.Pool, sender_id: PersonId, newest: DayReport) -> Sender | None:
    """As whom somebody can write to a rep, by the rep's `newest` report; None if they cannot. Whoever leads the rep can; if the
    team lets colleagues thank each other, whoever is in it today. Nobody writes to themselves or to somebody who has left."""
    if newest.presence is Presence.NOT_EMPLOYED or newest.rep.id == sender_id:
        return None
    if _is_gone(newest.day, await connection.fetchval(_QUERIES["find_newest_open_day"])):
        return None
    manager = next((manager for manager in newest.managers if manager.id == sender_id), None)
    if manager is not None:
        return Sender(person=Person(id=manager.id, name=manager.name), is_colleague=False)
    colleagues = await list_colleagues(connection, sender_id)
    is_colleague = any(colleague.id == newest.rep.id for colleague in colleagues.reps)
    return Sender(person=colleagues.person, is_colleague=True) if is_colleague else None


async def list_colleagues(connection: Connection | asyncpg.Pool, rep_id: PersonId) -> Colleagues:
    """Whom a rep can thank as a colleague, by name: nobody unless their team allows it."""
    newest = await connection.fetchval(_QUERIES["find_newest_open_day"])
    rows = await connection.fetch(_QUERIES["list_colleagues"], rep_id, newest - _GONE_AFTER) if newest is not None else []
    return Colleagues(
        person=Person(id=rep_id, name=rows[0]["own_name"] if rows else ""),
        reps=tuple(Rep(id=row["rep_id"], name=row["name"]) for row in rows),
    )


def _is_gone(day: date, newest: date | None) -> bool:
    return newest is not None and newest - day >= _GONE_AFTER
