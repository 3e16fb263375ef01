"""Take back an answer to a nudge, as if it had not been given."""

from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.domain.feedback.undo import UNDO_FOR
from shared.events import NudgeId, PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def undo_answer(pool: asyncpg.Pool, nudge_id: NudgeId, person_id: PersonId, *, given_at: datetime, now: datetime) -> bool:
    """Take back the answer that somebody gave at that time; what it replaced counts again. False if that is too long ago, or
    if they have answered otherwise since, or taken it back."""
    async with pool.acquire() as connection, connection.transaction():
        answer = (nudge_id, person_id, given_at, now - UNDO_FOR)
        if await connection.fetchval(_QUERIES["delete_answer"], *answer) is not None:
            return True
        return await connection.fetchval(_QUERIES["restore_answer"], *answer) is not None
