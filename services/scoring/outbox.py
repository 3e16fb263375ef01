"""The relay: publishes what is committed. Any replica may; a report that goes out twice carries the same id."""

import asyncio
from datetime import timedelta
from typing import Final

import asyncpg
import structlog

from services.scoring import store
from services.scoring.metrics import ScoringMetrics
from shared.clock import Clock
from shared.cloudevents import event_headers
from shared.jetstream import NotStored, Outgoing, Publisher

_log = structlog.get_logger()
_ROWS_MAX: Final = 500
_LOOK_EVERY_S: Final = 1.0
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, NotStored)


class OutboxRelay:
    """Woken by its own process after each commit, and once a second for what other processes left."""

    def __init__(self, pool: asyncpg.Pool, publisher: Publisher, clock: Clock, metrics: ScoringMetrics) -> None:
        self._pool = pool
        self._publisher = publisher
        self._clock = clock
        self._metrics = metrics
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something may have been committed."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""
        while not stopping.is_set():
            self._wake.clear()
            try:
                while await self._relay_some() == _ROWS_MAX:
                    pass
            except _AWAY as failed:
                _log.warning("relay_failed", error=type(failed).__name__, detail=str(failed))
            await self._wait(stopping)

    async def _relay_some(self) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(store.QUERIES["claim_outbox"], _ROWS_MAX)
            if rows:
                await self._publisher.store_all(_message(row) for row in rows)
                await connection.execute(store.QUERIES["delete_outbox"], [row["id"] for row in rows])
                for row in rows:
                    self._metrics.days.labels(row["event_type"].split(".")[1]).inc()
        return len(rows)

    async def measure(self) -> None:
        """Bring the gauges up to date."""
        waiting, oldest = await store.find_outbox_state(self._pool)
        age = self._clock.now() - oldest if oldest is not None else timedelta()
        self._metrics.outbox.set(waiting)
        self._metrics.outbox_age_seconds.set(max(age.total_seconds(), 0.0))

    async def _wait(self, stopping: asyncio.Event) -> None:
        waiting = {asyncio.create_task(event.wait()) for event in (self._wake, stopping)}
        await asyncio.wait(waiting, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()


def _message(row: asyncpg.Record) -> Outgoing:
    headers = event_headers(
        event_id=row["event_id"],
        event_type=row["event_type"],
        source="/scoring",
        subject=row["subject"],
        time=row["at"],
        traceparent=row["traceparent"],
    )
    return Outgoing(subject=row["event_type"], headers=headers, data=row["body"].encode())
