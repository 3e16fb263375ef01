"""Leased events: their process publishes them from memory, and any other one when the lease ends."""

import asyncio
from collections.abc import Iterable, Sequence

import asyncpg
import pytest

from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import NotStored, Publisher
from shared.postgres.outbox import EventLeases, LeasedEvent, OutboxEvent, OutboxRelay
from tests.shared.postgres.test_outbox import BATCH, ids_of, make_numbered, pool, published_in, publisher, waiting_in

__all__ = ["pool", "publisher"]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.postgres.outbox._ROWS_MAX", BATCH)


async def _enqueue_leased(pool: asyncpg.Pool, events: Iterable[OutboxEvent]) -> Sequence[LeasedEvent]:
    leases = EventLeases()
    async with pool.acquire() as connection, connection.transaction():
        await leases.enqueue(connection, list(events))
    return leases.events


async def test_leased_events_are_published_from_memory_and_left_to_others_when_the_lease_ends(
    pool: asyncpg.Pool, publisher: Publisher, nats: LeanClient
) -> None:
    types: list[str] = []
    own, other = (OutboxRelay(pool, publisher, source="/nudges", on_published=types.append) for _ in range(2))
    first, second = [*range(2 * BATCH, 0, -1)], [90, 80]
    own.take(await _enqueue_leased(pool, map(make_numbered, first)))
    await _enqueue_leased(pool, map(make_numbered, second))

    await other.relay_others()  # nothing: the leases have not ended
    await own.publish_leased()
    assert await waiting_in(pool) == [f"e{number}" for number in first + second]
    await own.relay_others()  # the rows that it has published are deleted
    assert await waiting_in(pool) == [f"e{number}" for number in second]
    await pool.execute("UPDATE outbox SET lease_until = clock_timestamp()")
    await other.relay_others()

    assert await waiting_in(pool) == []
    assert ids_of(await published_in(nats)) == [f"e{number}" for number in first + second]
    assert len(types) == len(first) + len(second)


async def test_what_is_not_stored_is_published_again_in_its_order(
    pool: asyncpg.Pool, publisher: Publisher, nats: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = OutboxRelay(pool, publisher, source="/nudges")

    async def refuse(_: object) -> None:
        raise NotStored("nobody answers")

    with monkeypatch.context() as refusing:
        refusing.setattr(publisher, "store_all", refuse)
        relay.take(await _enqueue_leased(pool, [make_numbered(1)]))
        with pytest.raises(NotStored):
            await relay.publish_leased()
    relay.take(await _enqueue_leased(pool, [make_numbered(2)]))
    await relay.publish_leased()

    assert ids_of(await published_in(nats)) == ["e1", "e2"]


async def test_a_process_holds_a_limited_number_of_events_and_leaves_the_others_to_their_leases(
    pool: asyncpg.Pool, publisher: Publisher, nats: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.postgres.outbox._LEASED_MAX", 3)
    relay = OutboxRelay(pool, publisher, source="/nudges")
    for numbers in ([1, 2], [3, 4], [5]):
        relay.take(await _enqueue_leased(pool, map(make_numbered, numbers)))

    await relay.publish_leased()

    assert ids_of(await published_in(nats)) == ["e1", "e2", "e5"]


async def test_each_event_is_published_once_however_many_ask_for_it(
    pool: asyncpg.Pool, publisher: Publisher, nats: LeanClient
) -> None:
    types: list[str] = []
    relay = OutboxRelay(pool, publisher, source="/nudges", on_published=types.append)
    relay.take(await _enqueue_leased(pool, map(make_numbered, range(2 * BATCH))))

    await asyncio.gather(relay.publish_leased(), relay.publish_leased())

    assert len(types) == 2 * BATCH
    assert ids_of(await published_in(nats)) == [f"e{number}" for number in range(2 * BATCH)]
