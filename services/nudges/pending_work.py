"""Find out whether nudges has caught up with the clock."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import asyncpg

from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def has_pending_work(pool: asyncpg.Pool, channels: Collection[str], *, now: datetime) -> bool:
    """Whether anything that is due by now has not been done. Deliveries through other channels than these are left out."""
    is_pending: bool = await pool.fetchval(_QUERIES["has_pending_work"], now, list(channels))
    return is_pending
