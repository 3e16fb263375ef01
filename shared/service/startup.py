"""How a service reaches its servers: it waits for them, so that the order of start does not matter."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
import nats.errors
import structlog
from nats.aio.client import Client

from shared.clock import Clock, SystemClock, follow_ticks
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import connect
from shared.jetstream.streams import StreamRefused, backlog, provision
from shared.postgres.pool import migrate, open_pool
from shared.service.settings import CommonSettings, read_secret

_log = structlog.get_logger()
_AGAIN_S: Final = 0.5
Reached = TypeVar("Reached")


async def reach_broker(settings: CommonSettings, *, name: str) -> LeanClient:
    """A connection to NATS on which every stream and consumer is there."""

    async def attempt() -> LeanClient:
        password = read_secret(settings.nats.password)
        connection = await connect(settings.nats.url, name=name, user=settings.nats.user or None, password=password)
        try:
            await provision(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    away = (OSError, TimeoutError, nats.errors.Error, StreamRefused)
    return await _patiently("nats", attempt, away)


async def reach_database(settings: CommonSettings, *, schema: str, migrations: Path) -> asyncpg.Pool:
    """A pool on a schema that is migrated."""

    async def attempt() -> asyncpg.Pool:
        pool = await open_pool(settings.postgres.url, schema=schema, password=read_secret(settings.postgres.password))
        try:
            await migrate(pool, schema=schema, folder=migrations)
        except BaseException:
            await pool.close()
            raise
        return pool

    away = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
    return await _patiently("postgres", attempt, away)


async def clock_of(settings: CommonSettings, connection: Client) -> Clock:
    """The clock that the settings ask for."""
    return await follow_ticks(connection) if settings.clock.mode == "stepped" else SystemClock()


async def measure_until_stopped(
    stopping: asyncio.Event, measure: Mapping[str, Callable[[], Awaitable[None]]], *, every_s: float = 5.0
) -> None:
    """Bring gauges up to date every few seconds. One that cannot be read keeps its value, and says so in the log."""
    away = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, nats.errors.Error, StreamRefused)
    while not stopping.is_set():
        for name, one in measure.items():
            try:
                await one()
            except away as failed:
                _log.warning("not_measured", gauge=name, error=type(failed).__name__)
        try:
            async with asyncio.timeout(every_s):
                await stopping.wait()
        except TimeoutError:
            continue


async def is_done(connection: Client, stream: str, consumer: str) -> bool:
    """Whether a consumer has nothing left to do; False also while the broker cannot say."""
    try:
        return await backlog(connection, stream, consumer) == 0
    except (TimeoutError, nats.errors.Error, StreamRefused):
        return False


async def _patiently(what: str, attempt: Callable[[], Awaitable[Reached]], away: tuple[type[Exception], ...]) -> Reached:
    said = ""
    while True:
        try:
            return await attempt()
        except away as failed:
            problem = f"{type(failed).__name__}: {failed}"
            if problem != said:
                said = problem
                _log.warning("waiting_for_server", server=what, problem=problem)
        await asyncio.sleep(_AGAIN_S)
