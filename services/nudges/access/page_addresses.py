"""The addresses of pages that were handed out before people could sign in. They end 30 days after the update."""

from datetime import datetime
from typing import Final

import asyncpg

from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def find_page_address_end(pool: asyncpg.Pool) -> datetime:
    """From then on they open nothing."""
    ends_at: datetime = await pool.fetchval(_QUERIES["find_page_address_end"])
    return ends_at
