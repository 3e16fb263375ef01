"""A pool of connections to one schema, and the check that Postgres keeps what it commits."""

import asyncio
from typing import Final

import asyncpg

_UNSAFE_SETTINGS: Final = "SELECT name, setting FROM pg_settings WHERE name = ANY($1) AND setting = 'off'"
_DURABLE_SETTINGS: Final = ("fsync", "full_page_writes", "synchronous_commit")

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


class _Unchanged(asyncpg.Connection):
    """A connection that needs no reset when it goes back to its pool: nothing here changes more than its transaction."""

    def get_reset_query(self) -> str:
        return ""


def make_pool(url: str, *, schema: str, password: str | None = None, size_max: int = 10) -> asyncpg.Pool:
    """A pool that is not open yet (await it). Its connections see one schema, and give up on a lock instead of hanging."""
    return asyncpg.create_pool(
        url,
        password=password,
        min_size=0,
        max_size=size_max,
        timeout=5,
        command_timeout=60,
        connection_class=_Unchanged,
        server_settings={
            "search_path": schema,
            "application_name": f"daymark-{schema}",
            "timezone": "UTC",
            "synchronous_commit": "on",  # whatever the role or the database is set to
            "jit": "off",  # it costs more than it saves: no query here runs for seconds
            "idle_in_transaction_session_timeout": "60s",
            "lock_timeout": "30s",
        },
    )


async def unsafe_settings(pool: asyncpg.Pool) -> list[str]:
    """The settings with which Postgres could lose what it has committed; empty when it is safe to serve.

    Whoever waits may stop at any time. The connection is then closed: to give it back, it would have to answer first.
    """
    async with pool.acquire() as connection:
        try:
            rows = await connection.fetch(_UNSAFE_SETTINGS, list(_DURABLE_SETTINGS))
        except (asyncio.CancelledError, TimeoutError):
            connection.terminate()
            raise
    return sorted(row["name"] for row in rows)
