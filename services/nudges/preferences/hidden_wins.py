"""Who hides their wins from the others."""

from datetime import datetime
from typing import Final

import asyncpg

from shared.events import PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def has_hidden_wins(pool: asyncpg.Pool, person_id: PersonId) -> bool:
    """Whether a person hides theirs. Nobody does at first."""
    return bool(await pool.fetchval(_QUERIES["find_hides_wins"], person_id))


async def save_hidden_wins(pool: asyncpg.Pool, person_id: PersonId, *, is_hidden: bool, now: datetime) -> None:
    """Hide a person's wins, or show them again."""
    await pool.execute(_QUERIES["merge_hides_wins"], person_id, is_hidden, now)
