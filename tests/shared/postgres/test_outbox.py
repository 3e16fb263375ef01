"""The outbox: an event is committed with its cause, and published once, in order, until the broker has confirmed it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from nats.aio.msg import Msg

from shared.event_types import ANNOUNCEMENT_DELIVERED, NUDGE_DELIVERED, EventType
from shared.events import AnnouncementDelivered, NudgeDelivered, NudgeId, PersonId, RepId, VersionNumber
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.jetstream.streams import NUDGES
from shared.postgres.outbox import (
    OutboxEvent,
    OutboxRelay,
    OutboxState,
    enqueue_events,
    find_outbox_state,
    make_event,
)
from shared.postgres.pool import make_pool
from tests.backends import Servers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BATCH = 20
"""How many rows a relay claims at a time here: fewer than in a service, so that a few events make several batches."""
NO_STREAM = EventType(name="no.stream.v1", data=NudgeDelivered, description="An event that no stream takes.")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.postgres.outbox._ROWS_MAX", BATCH)


@pytest.fixture
async def pool(nudges_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with make_pool(nudges_database_url, schema="nudges") as opened:
        yield opened


@pytest.fixture
async def publisher(nats: LeanClient) -> AsyncIterator[Publisher]:
    async with Publisher(nats, timeout_s=5) as publisher:
        yield publisher


@pytest.fixture
def relay(pool: asyncpg.Pool, publisher: Publisher) -> OutboxRelay:
    return OutboxRelay(pool, publisher, source="/nudges")


def make_numbered(number: int, *, event_type: EventType[NudgeDelivered] = NUDGE_DELIVERED) -> OutboxEvent:
    """An event that was made so many seconds after noon."""
    at = NOON + timedelta(seconds=number)
    body = NudgeDelivered(nudge_id=NudgeId(f"n{number}"), channel="file", attempts=1, delivered_at=at)
    return make_event(event_type, body, event_id=f"e{number}", subject="ana", traceparent=TRACE, at=at)


async def _enqueue(pool: asyncpg.Pool, events: Iterable[OutboxEvent]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await enqueue_events(connection, list(events))


async def published_in(nats: LeanClient) -> list[Msg]:
    """Everything in the stream, in its order."""
    count = (await nats.jetstream().stream_info(NUDGES)).state.messages
    if not count:
        return []
    subscription = await nats.jetstream().pull_subscribe("", stream=NUDGES)
    messages: list[Msg] = []
    while len(messages) < count:
        messages += await subscription.fetch(count - len(messages), timeout=5)
    return messages


def ids_of(messages: Sequence[Msg]) -> list[str]:
    return [(message.headers or {})["ce-id"] for message in messages]


async def waiting_in(pool: asyncpg.Pool) -> list[str]:
    return [row["event_id"] for row in await pool.fetch("SELECT event_id FROM outbox ORDER BY id")]


async def test_events_are_published_in_the_order_in_which_they_were_made(
    pool: asyncpg.Pool, relay: OutboxRelay, nats: LeanClient
) -> None:
    numbers = [*range(2 * BATCH + 5, 0, -1)]
    await _enqueue(pool, map(make_numbered, numbers))

    await relay.relay_all()

    assert ids_of(await published_in(nats)) == [f"e{number}" for number in numbers]
    assert await waiting_in(pool) == []


async def test_rows_are_published_by_their_age_wherever_the_table_stores_them(
    pool: asyncpg.Pool, relay: OutboxRelay, nats: LeanClient
) -> None:
    await _enqueue(pool, map(make_numbered, [1, 2, 3]))
    await pool.execute("UPDATE outbox SET subject = 'ben' WHERE event_id = 'e1'")  # moves the row behind the others

    await relay.relay_all()

    assert ids_of(await published_in(nats)) == ["e1", "e2", "e3"]


async def test_a_published_event_has_its_body_and_its_headers(pool: asyncpg.Pool, relay: OutboxRelay, nats: LeanClient) -> None:
    body = AnnouncementDelivered(rep_id=RepId(PersonId("ana")), version=VersionNumber(3), delivered_at=NOON)
    event = make_event(ANNOUNCEMENT_DELIVERED, body, event_id="e1", subject="ana", traceparent=TRACE, at=NOON)
    await _enqueue(pool, [event])

    await relay.relay_all()

    (message,) = await published_in(nats)
    assert message.subject == "playbook.told.v1"
    assert message.data == b'{"rep_id":"ana","version":3,"told_at":"2026-03-02T12:00:00Z"}'
    assert dict(message.headers or {}) == {
        "ce-specversion": "1.0",
        "ce-id": "e1",
        "ce-type": "playbook.told.v1",
        "ce-source": "/nudges",
        "ce-subject": "ana",
        "ce-time": "2026-03-02T12:00:00+00:00",
        "ce-datacontenttype": "application/json",
        "traceparent": TRACE,
        "Nats-Msg-Id": "e1",
    }


async def test_an_event_waits_only_once_its_transaction_is_committed(pool: asyncpg.Pool, relay: OutboxRelay) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await enqueue_events(connection, [make_numbered(1)])
        assert await relay.relay_batch() == 0
        await transaction.rollback()

    assert await waiting_in(pool) == []


async def test_a_batch_has_so_many_rows_at_most_and_relaying_goes_on_until_none_is_left(
    pool: asyncpg.Pool, relay: OutboxRelay
) -> None:
    await _enqueue(pool, map(make_numbered, range(BATCH + 1)))

    assert [await relay.relay_batch() for _ in range(3)] == [BATCH, 1, 0]


async def test_nothing_is_deleted_while_an_event_is_not_stored(
    pool: asyncpg.Pool, publisher: Publisher, nats: LeanClient
) -> None:
    types: list[str] = []
    relay = OutboxRelay(pool, publisher, source="/nudges", on_published=types.append)
    await _enqueue(pool, [make_numbered(1), make_numbered(2, event_type=NO_STREAM), make_numbered(3)])

    with pytest.raises(NotStored):
        await relay.relay_all()
    assert (await waiting_in(pool), types) == (["e1", "e2", "e3"], [])

    await pool.execute("DELETE FROM outbox WHERE event_id = 'e2'")
    await relay.relay_all()
    assert (await waiting_in(pool), types) == ([], [NUDGE_DELIVERED.name] * 2)
    assert sorted(ids_of(await published_in(nats))) == ["e1", "e3"]


class _ObservedPublisher(Publisher):
    """Calls a function after its messages are stored and before their rows are deleted."""

    def __init__(self, connection: LeanClient, after_stored: Callable[[], Awaitable[None]]) -> None:
        super().__init__(connection)
        self._after_stored = after_stored

    async def store_all(self, messages: Iterable[Outgoing]) -> None:
        await super().store_all(messages)
        await self._after_stored()


async def test_only_the_rows_that_were_published_are_deleted(pool: asyncpg.Pool, nats: LeanClient) -> None:
    async def enqueue_another() -> None:
        await _enqueue(pool, [make_numbered(2)])

    await _enqueue(pool, [make_numbered(1)])

    async with _ObservedPublisher(nats, enqueue_another) as publisher:
        await OutboxRelay(pool, publisher, source="/nudges").relay_batch()

    assert await waiting_in(pool) == ["e2"]


async def test_a_crash_between_publishing_and_deleting_publishes_nothing_twice(
    pool: asyncpg.Pool, relay: OutboxRelay, nats: LeanClient
) -> None:
    async def crash() -> None:
        raise ConnectionResetError

    await _enqueue(pool, map(make_numbered, [1, 2]))
    async with _ObservedPublisher(nats, crash) as publisher:
        with pytest.raises(ConnectionResetError):
            await OutboxRelay(pool, publisher, source="/nudges").relay_all()
    assert await waiting_in(pool) == ["e1", "e2"]

    await relay.relay_all()

    assert ids_of(await published_in(nats)) == ["e1", "e2"]
    assert await waiting_in(pool) == []


async def test_two_relays_publish_each_row_once(pool: asyncpg.Pool, nats: LeanClient) -> None:
    """JetStream would drop the second copy, but only within its window. Each relay counts what it has published."""
    types: list[str] = []
    events = [make_numbered(number) for number in range(5 * BATCH)]
    await _enqueue(pool, events)

    async with Publisher(nats) as first, Publisher(nats) as second:
        relays = [OutboxRelay(pool, each, source="/nudges", on_published=types.append) for each in (first, second)]
        await asyncio.gather(*[relay.relay_all() for relay in relays])

    assert len(types) == len(events)
    assert sorted(ids_of(await published_in(nats))) == sorted(event.event_id for event in events)
    assert await waiting_in(pool) == []


async def test_a_relay_passes_over_the_rows_that_another_relay_holds(
    pool: asyncpg.Pool, relay: OutboxRelay, nats: LeanClient
) -> None:
    await _enqueue(pool, map(make_numbered, [1, 2, 3]))

    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT 1 FROM outbox WHERE event_id <> 'e3' FOR UPDATE")
        async with asyncio.timeout(5):
            await relay.relay_all()

    assert ids_of(await published_in(nats)) == ["e3"]
    assert await waiting_in(pool) == ["e1", "e2"]


@pytest.mark.parametrize("service", ["scoring", "nudges"])
async def test_each_service_has_the_table_that_the_outbox_needs(
    servers: Servers, database: str, publisher: Publisher, service: str
) -> None:
    async with make_pool(servers.postgres_url(role=service, database=database), schema=service) as pool:
        assert await find_outbox_state(pool) == OutboxState(waiting=0, oldest_at=None)

        await _enqueue(pool, map(make_numbered, [3, 2, 5]))
        assert await find_outbox_state(pool) == OutboxState(waiting=3, oldest_at=NOON + timedelta(seconds=2))

        await OutboxRelay(pool, publisher, source=f"/{service}").relay_all()
        assert await find_outbox_state(pool) == OutboxState(waiting=0, oldest_at=None)


async def test_no_events_are_no_error(pool: asyncpg.Pool, relay: OutboxRelay) -> None:
    await _enqueue(pool, [])

    await relay.relay_all()

    assert await waiting_in(pool) == []
