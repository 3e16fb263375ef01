"""The table of preferences."""

from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.domain.feedback.preferences import NO_PREFERENCE, MessageGroup, Preference
from shared.events import NudgeId, PersonId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, once

_QUERIES: Final = Queries.beside(__file__)


async def find_preference(connection: Querier | asyncpg.Pool, person_id: PersonId) -> Preference:
    """What a person has asked for. A group that this version does not know is passed over."""
    row = await _find_row(connection, person_id)
    if row is None:
        return NO_PREFERENCE
    return Preference(
        first_transport=row["first_transport"],
        unwanted=frozenset(MessageGroup(group) for group in row["unwanted"] if group in set(MessageGroup)),
        not_before=row["not_before"],
        not_after=row["not_after"],
        paused_until=row["paused_until"],
    )


async def find_timezone_of_nudge(pool: asyncpg.Pool, nudge_id: NudgeId) -> str:
    """The zone of the person to whom a nudge goes; UTC for what is no nudge."""
    return await pool.fetchval(_QUERIES["find_timezone_of_nudge"], nudge_id) or "UTC"


async def save_preference(
    connection: Querier | asyncpg.Pool, person_id: PersonId, preference: Preference, *, now: datetime
) -> None:
    """Store what a person asks for, in place of what they asked for before."""
    await connection.execute(
        _QUERIES["merge_preference"],
        person_id,
        preference.first_transport,
        sorted(preference.unwanted),
        preference.not_before,
        preference.not_after,
        preference.paused_until,
        now,
    )


async def find_language(connection: Querier | asyncpg.Pool, person_id: PersonId) -> str:
    """The language that a person has chosen; empty if they chose none."""
    row = await _find_row(connection, person_id)
    return row["language"] if row is not None else ""


async def _find_row(connection: Querier | asyncpg.Pool, person_id: PersonId) -> asyncpg.Record | None:
    """Where several people are decided about together, it is asked once for each of them: their language and their wishes are
    needed at different times."""

    async def find() -> asyncpg.Record | None:
        return await connection.fetchrow(_QUERIES["find_preference"], person_id)

    return await find() if isinstance(connection, asyncpg.Pool) else await once(connection, ("preference", person_id), find)


async def save_language(connection: Querier | asyncpg.Pool, person_id: PersonId, language: str, *, now: datetime) -> None:
    """Store in which language a person reads. Nothing else that they asked for changes."""
    await connection.execute(_QUERIES["merge_language"], person_id, language, now)
