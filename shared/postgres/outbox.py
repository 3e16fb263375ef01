"""The outbox: events that are committed together with the change that they announce, and published soon after.

Any replica may relay. A crash between publishing and deleting publishes a row again under the same id, which JetStream drops
within its window and receivers ignore after it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from shared.event_types import Data, EventType
from shared.events import Message
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change

_QUERIES: Final = Queries.beside(__file__)
_ROWS_MAX: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxEvent:
    """One event that waits to be published. `make_event` builds it with a body that fits its type."""

    event_id: str
    event_type: str
    subject: str
    body: Message
    traceparent: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxState:
    """How many events are committed and not published yet, and when the oldest of them was made."""

    waiting: int
    oldest_at: datetime | None

    def oldest_age_s(self, now: datetime) -> float:
        """For how many seconds the oldest has waited; 0 if none does, or if it is dated later."""
        return max((now - self.oldest_at).total_seconds(), 0.0) if self.oldest_at is not None else 0.0


def make_event(
    event_type: EventType[Data], body: Data, *, event_id: str, subject: str, traceparent: str, at: datetime
) -> OutboxEvent:
    """An event of a type. `event_id` is the same whenever the same fact is announced again."""
    return OutboxEvent(
        event_id=event_id, event_type=event_type.name, subject=subject, body=body, traceparent=traceparent, at=at
    )


async def enqueue_events(connection: Querier, events: Sequence[OutboxEvent]) -> None:
    """Put events into the outbox, in this order, within the transaction that makes them true."""
    rows = [
        (event.event_id, event.event_type, event.subject, event.body.model_dump_json(), event.traceparent, event.at)
        for event in events
    ]
    await change(connection, _QUERIES["enqueue_events"], rows)


async def find_outbox_state(pool: asyncpg.Pool) -> OutboxState:
    """How much waits to be published."""
    row = await pool.fetchrow(_QUERIES["find_outbox_state"])
    assert row is not None  # an aggregate always has a row
    return OutboxState(waiting=row["waiting"], oldest_at=row["oldest_at"])


class OutboxRelay:
    """Publishes what is in the outbox. `source` names the service in the events; `on_published` gets each event's type."""

    def __init__(
        self, pool: asyncpg.Pool, publisher: Publisher, *, source: str, on_published: Callable[[str], None] | None = None
    ) -> None:
        self._pool = pool
        self._publisher = publisher
        self._source = source
        self._on_published = on_published

    async def relay_all(self) -> None:
        """Publish until the outbox is empty.

        Raises:
            NotStored: JetStream did not confirm; the rows stay.
        """
        while await self.relay_batch() == _ROWS_MAX:
            pass

    async def relay_batch(self) -> int:
        """Publish up to 500 rows and delete them. Returns how many.

        Raises:
            NotStored: JetStream did not confirm; the rows stay.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_QUERIES["claim_events"], _ROWS_MAX)
            if rows:
                await self._publisher.store_all(self._message(row) for row in rows)
                await connection.execute(_QUERIES["delete_events"], [row["id"] for row in rows])
        if self._on_published is not None:
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
