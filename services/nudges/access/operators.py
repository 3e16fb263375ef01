"""Operators: who runs Daymark. They see deliveries, the roster and its people, and no score unless they also manage a team."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
from pydantic import TypeAdapter

from shared.events import PersonId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.reach import ContactPoint

_QUERIES: Final = Queries.beside(__file__)
_CONTACTS: Final = TypeAdapter(tuple[ContactPoint, ...])


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """`contacts` are those of somebody whom the roster does not list, and whose id is their email. Without any, the roster says
    how they are reached; they stop being an operator when they leave it."""

    id: PersonId
    name: str
    contacts: tuple[ContactPoint, ...]


async def find_operator(connection: Connection | asyncpg.Pool, person_id: PersonId) -> Operator | None:
    row = await connection.fetchrow(_QUERIES["find_operator"], person_id)
    return _to_operator(row) if row is not None else None


async def list_operators(connection: Connection | asyncpg.Pool) -> list[Operator]:
    """By id."""
    return [_to_operator(row) for row in await connection.fetch(_QUERIES["list_operators"])]


async def add_operator(connection: Connection | asyncpg.Pool, operator: Operator, *, now: datetime) -> None:
    """Adding somebody again replaces how they are reached."""
    contacts = _CONTACTS.dump_json(operator.contacts).decode()
    await connection.execute(_QUERIES["merge_operator"], operator.id, operator.name, contacts, now)


async def remove_operator(pool: asyncpg.Pool, person_id: PersonId) -> bool:
    """End their sessions, too. Returns whether they were an operator."""
    async with pool.acquire() as connection, connection.transaction():
        return await _remove(connection, person_id)


async def move_operator(connection: Connection, person_id: PersonId, operator: Operator, *, now: datetime) -> None:
    """An operator is somebody of the roster from now on, under another id. The sessions of the former id end."""
    await _remove(connection, person_id)
    await add_operator(connection, operator, now=now)


async def _remove(connection: Connection, person_id: PersonId) -> bool:
    removed = await connection.fetchval(_QUERIES["delete_operator"], person_id)
    if removed is not None:
        await connection.execute(_QUERIES["delete_sessions_of_operator"], person_id)
    return removed is not None


def _to_operator(row: asyncpg.Record) -> Operator:
    return Operator(id=row["person_id"], name=row["name"], contacts=_CONTACTS.validate_json(row["contacts"]))
