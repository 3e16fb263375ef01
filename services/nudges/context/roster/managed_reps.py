"""Whom a manager leads, and whom they once led: by the newest report of each rep."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import asyncpg

from shared.events import DayReport, ManagerId, PersonId, Presence, Rep
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_GONE_AFTER: Final = timedelta(days=7)
"""A rep without a report for so long before the newest one of all has left, and nobody leads them any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedRep:
    """A rep whom a manager has led. `is_managed`: they still do. `is_employed`: the rep is with the team on the newest day."""

    rep: Rep
    is_managed: bool
    is_employed: bool


async def list_managed_reps(connection: Connection | asyncpg.Pool, manager_id: PersonId) -> list[ManagedRep]:
    """Everybody whom a manager has ever led, by name."""
    rows = await connection.fetch(_QUERIES["list_reps_of_manager"], manager_id)
    newest = await connection.fetchval(_QUERIES["find_newest_open_day"]) if rows else None
    managed = [
        ManagedRep(
            rep=Rep(id=row["rep_id"], name=row["name"]),
            is_managed=row["is_managed"] and not _is_gone(row["day"], newest),
            is_employed=row["is_employed"],
        )
        for row in rows
    ]
    return sorted(managed, key=lambda each: (each.rep.name, each.rep.id))


async def can_thank(connection: Connection | asyncpg.Pool, manager_id: ManagerId, newest: DayReport) -> bool:
    """Whether a manager leads a rep who is with the team and somebody else, by the rep's `newest` report."""
    if newest.presence is Presence.NOT_EMPLOYED or newest.rep.id == PersonId(manager_id):
        return False
    if not any(manager.id == manager_id for manager in newest.managers):
        return False
    return not _is_gone(newest.day, await connection.fetchval(_QUERIES["find_newest_open_day"]))


def _is_gone(day: date, newest: date | None) -> bool:
    return newest is not None and newest - day >= _GONE_AFTER
