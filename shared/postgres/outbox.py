"""The relay of an outbox: publishes what was committed with the change that it announces.

Any replica may relay; a row that another holds is passed over. A crash between publishing and deleting publishes the row
again under the same id, which JetStream drops within its window and receivers ignore after it.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.postgres.pool import Queries

_log = structlog.get_logger()
_ROWS_MAX: Final = 500
_LOOK_EVERY_S: Final = 1.0
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, NotStored)


class OutboxRelay:
    """Woken by its own process after each commit, and once a second for what other processes left.

    The service's queries hold `claim_outbox` and `delete_outbox`; `source` names it in the events. `on_published` gets the
    type of each event that is out.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        publisher: Publisher,
        queries: Queries,
        *,
        source: str,
        on_published: Callable[[str], None],
    ) -> None:
        self._pool = pool
        self._publisher = publisher
        self._queries = queries
        self._source = source
        self._on_published = on_published
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something may have been committed."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""
        stopped = asyncio.create_task(stopping.wait(), name="stop-relay")
        while not stopping.is_set():
            self._wake.clear()
            try:
                while await self.relay_some() == _ROWS_MAX:
                    pass
            except _AWAY as failed:
                _log.warning("relay_failed", error=type(failed).__name__, detail=str(failed))
            woken = asyncio.create_task(self._wake.wait())
            await asyncio.wait({stopped, woken}, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()

    async def relay_some(self) -> int:
        """Publish up to 500 rows and delete them. Returns how many.

        Raises:
            NotStored: JetStream did not confirm; the rows stay.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(self._queries["claim_outbox"], _ROWS_MAX)
            if rows:
                await self._publisher.store_all(self._message(row) for row in rows)
                await connection.execute(self._queries["delete_outbox"], [row["id"] for row in rows])
        for row in rows:
            self._on_published(row["event_type"])
        return len(rows)

    def _message(self, row: asyncpg.Record) -> Outgoing:
        headers = event_headers(
            event_id=row["event_id"],
            event_type=row["event_type"],
            source=self._source,
            subject=row["subject"],
            time=row["at"],
            traceparent=row["traceparent"],
        )
        return Outgoing(subject=row["event_type"], headers=headers, data=row["body"].encode())
