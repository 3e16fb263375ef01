"""The people of a team divided among replicas of nudges, so that the database is never waited for by one alone."""

import zlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, cast

import asyncpg

from services.nudges.schema import SCHEMA

REPLICAS: Final = 8


class _Kept(asyncpg.Connection):
    """A connection that is not reset when it goes back to its pool: nothing here changes its state."""

    def get_reset_query(self) -> str:
        return ""


@asynccontextmanager
async def open_pool(url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool with a connection for each replica. What it commits is not waited for: nobody needs it after a crash."""
    settings = {"search_path": SCHEMA, "timezone": "UTC", "jit": "off", "synchronous_commit": "off"}
    async with asyncpg.create_pool(
        url, min_size=0, max_size=REPLICAS, connection_class=_Kept, server_settings=settings
    ) as pool:
        yield pool


def replica_of(person_id: str) -> int:
    """Which replica takes a person's checks."""
    return zlib.crc32(person_id.encode()) % REPLICAS


class _Part:
    """A pool that lists, of what is due, only what one replica takes."""

    def __init__(self, pool: asyncpg.Pool, replica: int) -> None:
        self._pool = pool
        self._replica = replica

    def acquire(self) -> AbstractAsyncContextManager[asyncpg.pool.PoolConnectionProxy]:
        return self._pool.acquire()

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        return [row for row in await self._pool.fetch(query, *arguments) if replica_of(row["person_id"]) == self._replica]


def parts_of(pool: asyncpg.Pool) -> list[asyncpg.Pool]:
    """One for each replica; the use cases of nudges take them for pools."""
    return [cast(asyncpg.Pool, _Part(pool, replica)) for replica in range(REPLICAS)]
