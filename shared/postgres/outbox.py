"""The outbox: events that are committed together with the change that they announce, and published soon after.

Any replica may relay. A crash between publishing and deleting publishes a row again under the same id, which JetStream drops
within its window and receivers ignore after it.

An event of a live activity is leased to the process that makes it, which publishes it from memory right after the commit and
deletes the rows of many at once. What a crash leaves behind is published by any replica when its lease ends. Of two reports of
a day the receivers take the one with the higher revision, so the order in which they come then does not matter.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

import asyncpg

from shared.event_types import Data, EventType
from shared.events import Message
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change, columns_of

_QUERIES: Final = Queries.beside(__file__)
_ROWS_MAX: Final = 500
LEASE_S: Final = 5.0
_LEASED_MAX: Final = 5_000
"""How many committed events one process holds in memory. What is more than that is left to its rows."""


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
    await change(connection, _QUERIES["enqueue_events"], [event_row(event) for event in events])


class EventRow(NamedTuple):
    """An event as it is stored, for a statement that enqueues it itself."""

    event_id: str
    event_type: str
    subject: str
    body: str
    traceparent: str
    at: datetime


def event_row(event: OutboxEvent) -> EventRow:
    """The columns of an event, in the order in which `enqueue_events` takes them."""
    return EventRow(event.event_id, event.event_type, event.subject, event.body.model_dump_json(), event.traceparent, event.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeasedEvent:
    """An event whose row this process publishes and deletes."""

    row_id: int
    stored: EventRow


class EventLeases:
    """The events of one transaction that this process publishes itself, once the transaction is committed."""

    def __init__(self) -> None:
        self.events: list[LeasedEvent] = []

    async def enqueue(self, connection: Connection, events: Sequence[OutboxEvent]) -> None:
        """As `enqueue_events`."""
        if not events:
            return
        rows = [event_row(event) for event in events]
        stored = await connection.fetch(_QUERIES["enqueue_leased_events"], *columns_of(rows), LEASE_S)
        self.add([record["id"] for record in stored], rows)

    def add(self, row_ids: Sequence[int], rows: Sequence[EventRow]) -> None:
        """Events that a statement has enqueued under leases of `LEASE_S`, with the ids of their rows."""
        self.events += [LeasedEvent(row_id=row_id, stored=row) for row_id, row in zip(row_ids, rows, strict=True)]


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
        self._committed: deque[LeasedEvent] = deque()
        self._published: list[int] = []
        self._publishing = asyncio.Lock()

    def take(self, events: Sequence[LeasedEvent]) -> None:
        """Leased events whose transaction is committed, to be published next."""
        if len(self._committed) + len(events) <= _LEASED_MAX:
            self._committed.extend(events)

    async def publish_leased(self) -> None:
        """Publish what was taken, in its order. The rows are deleted later.

        Raises:
            NotStored: JetStream did not confirm; what was taken stays.
        """
        async with self._publishing:  # whoever comes meanwhile waits, and finds nothing left to publish
            while self._committed:
                leased = list(islice(self._committed, _ROWS_MAX))
                await self._publisher.store_all(self._message(each.stored) for each in leased)
                for each in leased:
                    self._committed.popleft()
                    self._count(each.stored.event_type)
                self._published += [each.row_id for each in leased]

    async def relay_others(self) -> None:
        """Delete the rows of what was published from memory, and publish everything else that waits.

        Raises:
            NotStored: JetStream did not confirm; the rows stay.
        """
        published, self._published = self._published, []
        try:
            is_more = await self._pool.fetchval(_QUERIES["delete_published"], published)
        except BaseException:
            self._published += published
            raise
        if is_more:
            await self.relay_all()

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
                await self._publisher.store_all(self._message(_stored(row)) for row in rows)
                await connection.execute(_QUERIES["delete_events"], [row["id"] for row in rows])
        for row in rows:
            self._count(row["event_type"])
        return len(rows)

    def _count(self, event_type: str) -> None:
        if self._on_published is not None:
            self._on_published(event_type)

    def _message(self, row: EventRow) -> Outgoing:
        headers = event_headers(
            event_id=row.event_id,
            event_type=row.event_type,
            source=self._source,
            subject=row.subject,
            time=row.at,
            traceparent=row.traceparent,
        )
        return Outgoing(subject=row.event_type, headers=headers, data=row.body.encode())


def _stored(row: asyncpg.Record) -> EventRow:
    return EventRow(row["event_id"], row["event_type"], row["subject"], row["body"], row["traceparent"], row["at"])
