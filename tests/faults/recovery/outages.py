"""What is taken away from a running Daymark, and given back."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg

from tests.faults.harness.installation import Installation
from tests.small_disk import fill

_TAKERS: Final = 8
_TAKEN_TIMEOUT_S: Final = 30.0
_RETRY_S: Final = 0.1
_END_CONNECTIONS: Final = """
WITH ended AS (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('scoring', 'nudges'))
SELECT count(*) FROM ended
"""
"""Ends the connections of the services. Returns how many there were."""


class Place(StrEnum):
    """What is on a small disk of its own; the folder of the data, or a server's folder in it."""

    EVERYTHING = "."
    NATS = "nats"
    POSTGRES = "postgres"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outage:
    """`take` takes something away until its block ends. `services` must say that they are not ready, in a sentence that has the
    `culprit` in it, and so must doctor. `alerts` must fire; each is `name(service/check)` or the beginning of that.
    `must_accept`: webhooks go on being acknowledged. `place` is on a disk of its own, and `make faults` lets it last `lasts_s`
    seconds."""

    name: str
    take: Callable[[Installation], AbstractAsyncContextManager[None]]
    services: frozenset[str]
    culprit: str
    alerts: tuple[str, ...]
    must_accept: bool
    place: Place | None = None
    lasts_s: float = 60


@asynccontextmanager
async def _full_disk(daymark: Installation, *, place: Place) -> AsyncIterator[None]:
    filling: Path = await asyncio.to_thread(fill, daymark.data / place)
    refilling = asyncio.create_task(_keep_full(daymark.data / place))
    try:
        yield
    finally:
        refilling.cancel()
        with suppress(asyncio.CancelledError):
            await refilling
        filling.unlink()


async def _keep_full(folder: Path) -> None:
    """A server that shortens its files makes room; that is taken, too."""
    while True:
        await asyncio.sleep(1)
        await asyncio.to_thread(fill, folder)


@asynccontextmanager
async def _locked_table(daymark: Installation) -> AsyncIterator[None]:
    connection = await daymark.connect_to_postgres()
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE scoring.activity IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


@asynccontextmanager
async def _no_connections(daymark: Installation) -> AsyncIterator[None]:
    """Take every connection, also those that the services have: theirs are ended until others have taken their places."""
    async with AsyncExitStack() as taken:
        admin = await daymark.connect_to_postgres()
        taken.push_async_callback(admin.close)
        takers = [asyncio.create_task(_keep_taking(daymark, taken)) for _ in range(_TAKERS)]
        try:
            async with asyncio.timeout(_TAKEN_TIMEOUT_S):
                while await admin.fetchval(_END_CONNECTIONS):
                    await asyncio.sleep(_RETRY_S)
            yield
        finally:
            for taker in takers:
                taker.cancel()
            await asyncio.gather(*takers, return_exceptions=True)


async def _keep_taking(daymark: Installation, taken: AsyncExitStack) -> None:
    """Connect again and again, and keep each connection."""
    while True:
        try:
            connection = await daymark.connect_to_postgres()
        except (asyncpg.PostgresError, OSError, TimeoutError):
            await asyncio.sleep(_RETRY_S / 10)
        else:
            taken.push_async_callback(connection.close)


@asynccontextmanager
async def _stopped(daymark: Installation, *, server: str) -> AsyncIterator[None]:
    """SIGSTOP: the server keeps its connections and answers nothing."""
    pids = daymark.processes_of(server)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):  # it was replaced meanwhile
                os.kill(pid, signal.SIGCONT)


_INGEST: Final = frozenset({"ingest"})
_READERS: Final = frozenset({"scoring", "nudges"})
_REFUSED: Final = ("ServiceNotReady(ingest/nats)", "WebhooksNotStored(acme)")
OUTAGES: Final = (
    Outage(
        name="disk of everything full",
        take=partial(_full_disk, place=Place.EVERYTHING),
        services=_INGEST | {"scoring"},
        culprit="disk",
        alerts=(*_REFUSED, "ServiceNotReady(scoring/"),
        must_accept=False,
        place=Place.EVERYTHING,
    ),
    Outage(
        name="disk of NATS full",
        take=partial(_full_disk, place=Place.NATS),
        services=_INGEST,
        culprit="NATS",
        alerts=_REFUSED,
        must_accept=False,
        place=Place.NATS,
    ),
    Outage(
        name="disk of Postgres full",
        take=partial(_full_disk, place=Place.POSTGRES),
        services=frozenset({"scoring"}),
        culprit="Postgres",
        alerts=("ServiceNotReady(scoring/",),
        must_accept=True,
        place=Place.POSTGRES,
    ),
    Outage(
        name="table of activities locked",
        take=_locked_table,
        services=frozenset({"scoring"}),
        culprit="lock",
        alerts=("ServiceNotReady(scoring/activities)",),
        must_accept=True,
    ),
    Outage(
        name="all connections of Postgres taken",
        take=_no_connections,
        services=_READERS,
        culprit="Postgres",
        alerts=("ServiceNotReady(scoring/postgres)", "ServiceNotReady(nudges/postgres)"),
        must_accept=True,
    ),
    Outage(
        name="NATS stopped",
        take=partial(_stopped, server="nats"),
        services=_INGEST | _READERS,
        culprit="NATS",
        alerts=(*_REFUSED, "ServiceNotReady(scoring/nats)", "ServiceNotReady(nudges/nats)"),
        must_accept=False,
        lasts_s=40,
    ),
    Outage(
        name="Postgres stopped",
        take=partial(_stopped, server="postgres"),
        services=_READERS,
        culprit="Postgres",
        alerts=("ServiceNotReady(scoring/postgres)", "ServiceNotReady(nudges/postgres)"),
        must_accept=True,
        lasts_s=40,
    ),
)
