"""Who wants no mail, except for what they must know."""

from datetime import datetime
from typing import Final

import asyncpg

from shared.events import PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def has_stopped_mail(pool: asyncpg.Pool, person_id: PersonId) -> bool:
    has_stopped: bool = await pool.fetchval(_QUERIES["has_stopped_mail"], person_id)
    return has_stopped


async def stop_mail(pool: asyncpg.Pool, person_id: PersonId, *, now: datetime) -> None:
    """Doing it again changes nothing."""
    await pool.execute(_QUERIES["stop_mail"], person_id, now)


async def resume_mail(pool: asyncpg.Pool, person_id: PersonId) -> None:
    """Doing it again changes nothing."""
    await pool.execute(_QUERIES["resume_mail"], person_id)
