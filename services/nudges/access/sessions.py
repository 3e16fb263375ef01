"""Sessions: who has signed in, in which browser. Whoever has the token in the cookie is the person, until the session ends."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import asyncpg

from services.nudges.access.tokens import digest_of, make_token
from shared.events import PersonId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
SESSION_IDLE_MAX: Final = timedelta(hours=12)
SESSION_AGE_MAX: Final = timedelta(days=30)
_NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use is known: one write a minute, whatever a page loads."""


class Origin(Enum):
    """How somebody signed in: by a link in a message, by one that a command printed, or at the company's own sign-in."""

    MESSAGE = "message"
    COMMAND = "command"
    OPENID = "openid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """It ends twelve hours after `last_used_at`, and at the latest 30 days after `opened_at`. `language` is what its person has
    chosen; empty if they chose none, or where it was not asked for."""

    id: int
    person_id: PersonId
    origin: Origin
    opened_at: datetime
    last_used_at: datetime
    language: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.last_used_at + SESSION_IDLE_MAX, self.opened_at + SESSION_AGE_MAX)


async def open_session(connection: Connection, person_id: PersonId, origin: Origin, *, now: datetime) -> str:
    """Returns the token of a new session. Sessions that have ended are deleted."""
    token = make_token()
    await connection.execute(_QUERIES["delete_ended_sessions"], now - SESSION_IDLE_MAX, now - SESSION_AGE_MAX)
    await connection.execute(_QUERIES["add_session"], digest_of(token), person_id, origin.value, now)
    return token


async def find_session(pool: asyncpg.Pool, token: str, *, now: datetime, is_use: bool = True) -> Session | None:
    """The session of a token; None if there is none, or if it has ended. With `is_use` it goes on for longer."""
    row = await pool.fetchrow(_QUERIES["find_session"], digest_of(token), now - SESSION_IDLE_MAX, now - SESSION_AGE_MAX)
    if row is None:
        return None
    session = replace(_to_session(row), language=row["language"] or "")
    if is_use and now - session.last_used_at >= _NOTED_EVERY:
        await pool.execute(_QUERIES["mark_used"], session.id, now)
    return session


async def list_sessions(pool: asyncpg.Pool, person_id: PersonId | None, *, now: datetime) -> list[Session]:
    """Everybody's, or one person's, in the order in which they were opened."""
    rows = await pool.fetch(_QUERIES["list_sessions"], now - SESSION_IDLE_MAX, now - SESSION_AGE_MAX, person_id)
    return [_to_session(row) for row in rows]


async def list_open_sessions(connection: Connection, session_ids: Collection[int], *, now: datetime) -> set[int]:
    """Those of these sessions that have not ended."""
    since = now - SESSION_IDLE_MAX, now - SESSION_AGE_MAX
    return {row["id"] for row in await connection.fetch(_QUERIES["list_open_sessions"], list(session_ids), *since)}


async def revoke_session(pool: asyncpg.Pool, session_id: int) -> bool:
    """End a session at once. Returns whether there was one."""
    return await pool.fetchval(_QUERIES["delete_session"], session_id) is not None


async def end_session(connection: Connection | asyncpg.Pool, token: str) -> None:
    """End the session of a token. Doing it again changes nothing."""
    await connection.execute(_QUERIES["delete_session_of_token"], digest_of(token))


def _to_session(row: asyncpg.Record) -> Session:
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        origin=Origin(row["origin"]),
        opened_at=row["opened_at"],
        last_used_at=row["last_used_at"],
    )
