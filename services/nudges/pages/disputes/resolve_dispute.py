"""Keep what a manager made of a contested activity. Said again it changes nothing; the last word counts."""

from datetime import datetime

import asyncpg

from services.nudges import store
from services.nudges.domain.disputes import Settled


async def settle_contest(pool: asyncpg.Pool, known_as: str, manager_id: str, settled: Settled, *, now: datetime) -> bool:
    """Whether that changed anything: not when it was said before, is withdrawn, or is of a rep whom they do not lead."""
    return await pool.fetchval(store.QUERIES["settle_contest"], known_as, manager_id, settled.value, now) is not None
