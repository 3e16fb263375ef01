"""Deliveries and acknowledgements over JetStream, through FastStream's subscribers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.scoring.definitions.announcement_consumer import announcement_router
from services.scoring.definitions.list_announcements import list_announcements
from shared.event_types import ANNOUNCEMENT_DELIVERED, PLAYBOOK_ACKNOWLEDGED
from shared.events import AnnouncementDelivered, PlaybookAcknowledged
from shared.jetstream.client import LeanClient
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES, backlog
from shared.requests.definitions import AnnouncementQuery
from shared.service.broker import ServiceBroker
from shared.service.consuming import DeadLetters
from shared.service.settings import NatsSection
from tests.services.scoring.conftest import ANA, BEN, MONDAY_NOON, Scoring


@asynccontextmanager
async def _consuming(scoring: Scoring, nats: LeanClient, nats_url: str, reasons: list[str]) -> AsyncIterator[None]:
    async with Publisher(nats) as publisher:
        dead_letters = DeadLetters(
            publisher=publisher, service="scoring", reason="unreadable_announcement", on_dead_letter=reasons.append
        )
        settings = NatsSection(url=nats_url, monitor_url="", user="", password="")
        broker = ServiceBroker(LeanClient(), settings, name="test")
        broker.include_router(announcement_router(scoring.pool, dead_letters, Progress("handling messages", server="Postgres")))
        await broker.start()
        yield
        await broker.stop()


@pytest.mark.timeout(60)
async def test_both_kinds_of_messages_are_recorded_and_unreadable_ones_become_dead_letters(
    scoring: Scoring, nats: LeanClient, nats_url: str
) -> None:
    page = await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery())
    version, reasons = page.rows[0].version, list[str]()
    delivered = AnnouncementDelivered(rep_id=BEN, version=version, delivered_at=MONDAY_NOON)
    acknowledged = PlaybookAcknowledged(rep_id=ANA, version=version, delivered_at=MONDAY_NOON, acknowledged_at=MONDAY_NOON)
    jetstream = nats.jetstream()
    await jetstream.publish(ANNOUNCEMENT_DELIVERED.name, b"{}")
    await jetstream.publish(ANNOUNCEMENT_DELIVERED.name, delivered.model_dump_json().encode())
    await jetstream.publish(PLAYBOOK_ACKNOWLEDGED.name, acknowledged.model_dump_json().encode())
    await jetstream.publish("nudge.delivered.v1", b"not for this consumer")

    async with _consuming(scoring, nats, nats_url, reasons):
        while await backlog(nats, NUDGES, ANNOUNCEMENTS_CONSUMER):
            await asyncio.sleep(0)

    ana, ben = (await list_announcements(scoring.pool, scoring.cache, AnnouncementQuery())).rows
    assert (ana.delivered_at, ana.acknowledged_at) == (MONDAY_NOON, MONDAY_NOON)
    assert (ben.delivered_at, ben.acknowledged_at) == (MONDAY_NOON, None)
    letter = await jetstream.get_last_msg("DEAD", "dead.scoring.unreadable_announcement")
    assert (letter.data, reasons) == (b"{}", ["unreadable_announcement"])
