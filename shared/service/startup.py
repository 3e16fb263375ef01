"""How a service reaches its servers: it waits for them, so the order in which things are started does not matter."""

import asyncio
from pathlib import Path
from typing import Final

import asyncpg
import structlog
from nats.aio.client import Client

from shared.jetstream.streams import backlog, provision
from shared.postgres.migrations import migrate
from shared.postgres.pool import make_pool
from shared.service.broker import ServiceBroker
from shared.service.settings import PostgresSection, read_secret
from shared.transient_errors import TRANSIENT_ERRORS, until_reached

_log = structlog.get_logger()
_CLOSE_S: Final = 1.0


async def reach_broker(broker: ServiceBroker) -> Client:
    """Connect, and return once every stream and consumer of the service exists. Nothing is subscribed yet."""
    connection = await broker.connect()
    await until_reached("nats", lambda: provision(connection, service=broker.service))
    return connection


def pool_of(settings: PostgresSection, *, schema: str) -> asyncpg.Pool:
    """The service's pool, not open yet."""
    return make_pool(settings.url, schema=schema, password=read_secret(settings.password))


async def reach_database(pool: asyncpg.Pool, *, schema: str, migrations: Path) -> None:
    """Open the pool, and return once the schema is migrated."""
    await pool
    await until_reached("postgres", lambda: migrate(pool, schema=schema, folder=migrations))


async def close_pool(pool: asyncpg.Pool) -> None:
    """Close the connections. A server that is down or hangs is no error."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await pool.close()
    except TRANSIENT_ERRORS as gone:
        _log.debug("postgres_gone_before_close", error=type(gone).__name__)
        pool.terminate()


async def has_finished(connection: Client, stream: str, consumer: str) -> bool:
    """Whether a consumer has nothing left to do; False also while the broker cannot say."""
    try:
        return await backlog(connection, stream, consumer) == 0
    except TRANSIENT_ERRORS:
        return False
