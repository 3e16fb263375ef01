"""The relay of scoring, from committed events to the stream SCORES."""

import asyncio
from collections.abc import Sequence

from services.scoring.metrics import ScoringMetrics
from services.scoring.outbox import ReportRelay
from shared.event_types import PLAYBOOK_WITHDRAWN
from shared.events import PlaybookWithdrawn, VersionNumber
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import SCORES
from shared.postgres.outbox import EventLeases, OutboxEvent, enqueue_events, make_event
from tests.services.scoring.conftest import ANA, MONDAY_NOON, Scoring


def _event(number: int) -> OutboxEvent:
    body = PlaybookWithdrawn(rep_id=ANA, version=VersionNumber(number), announcement_number=1, withdrawn_at=MONDAY_NOON)
    return make_event(PLAYBOOK_WITHDRAWN, body, event_id=f"e{number}", subject=ANA, traceparent="", at=MONDAY_NOON)


async def _until_published(nats: LeanClient, ids: Sequence[str]) -> None:
    async with asyncio.timeout(30):
        while (await nats.jetstream().stream_info(SCORES)).state.messages < len(ids):
            await asyncio.sleep(0.01)
    messages = [await nats.jetstream().get_msg(SCORES, seq) for seq in range(1, len(ids) + 1)]
    assert [(message.headers or {})["ce-id"] for message in messages] == list(ids)


async def test_own_events_are_published_from_memory_others_when_woken_and_no_row_is_left(
    scoring: Scoring, nats: LeanClient
) -> None:
    await scoring.pool.execute("DELETE FROM outbox")
    leases, stopping = EventLeases(), asyncio.Event()
    async with Publisher(nats) as publisher:
        relay = ReportRelay(scoring.pool, publisher, ScoringMetrics())
        running = asyncio.create_task(relay.run(stopping))
        async with scoring.pool.acquire() as connection, connection.transaction():
            await leases.enqueue(connection, [_event(1), _event(2)])
        relay.publish(leases.events)
        await _until_published(nats, ["e1", "e2"])

        async with scoring.pool.acquire() as connection:
            await enqueue_events(connection, [_event(3)])
        relay.wake()
        await _until_published(nats, ["e1", "e2", "e3"])
        stopping.set()
        await running

    assert await scoring.pool.fetchval("SELECT count(*) FROM outbox") == 0
