"""A broker for the parts that subscribe to NATS, and an empty schema for those that need Postgres."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest
from faststream import AckPolicy
from faststream.nats import JStream, PullSub

from shared.event_types import ANNOUNCEMENT_DELIVERED
from shared.jetstream.client import LeanClient
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES
from shared.postgres.pool import make_pool
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection
from tests.backends import Servers

_schema_numbers = itertools.count()


def broker_at(url: str) -> ServiceBroker:
    """A broker of ingest that is neither connected nor started."""
    return ServiceBroker(LeanClient(), NatsSection(url=url, monitor_url="", user="", password=""), name="ingest")


def handled_messages(broker: ServiceBroker) -> asyncio.Queue[bytes]:
    """What a pull subscriber of the broker has handled; it acknowledges nothing."""
    handled = asyncio.Queue[bytes]()
    broker.subscriber(
        ANNOUNCEMENT_DELIVERED.name,
        stream=JStream(NUDGES, declare=False),
        durable=ANNOUNCEMENTS_CONSUMER,
        pull_sub=PullSub(batch_size=4, timeout=0.2),
        ack_policy=AckPolicy.MANUAL,
    )(handled.put)
    return handled


@pytest.fixture
async def broker(nats_url: str) -> AsyncIterator[ServiceBroker]:
    """A broker for the test's own account. The test adds its subscribers and starts it."""
    broker = broker_at(nats_url)
    yield broker
    await broker.stop()


@pytest.fixture
async def schema(servers: Servers) -> AsyncIterator[str]:
    """The name of an empty schema. It costs much less than a database."""
    name = f"shared_{next(_schema_numbers)}"
    admin = await asyncpg.connect(servers.admin_url)
    await admin.execute(f"CREATE SCHEMA {name}")
    yield name
    await admin.execute(f"DROP SCHEMA {name} CASCADE")
    await admin.close()


@pytest.fixture
async def pool(servers: Servers, schema: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections that see the empty schema."""
    async with make_pool(servers.admin_url, schema=schema) as opened:
        yield opened
