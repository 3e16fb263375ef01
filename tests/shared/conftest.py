"""A broker for the parts that subscribe to NATS, and a database for those that need only one schema."""

from collections.abc import AsyncIterator

import pytest

from shared.jetstream.client import LeanClient
from shared.service.broker import ServiceBroker
from shared.service.settings import NatsSection


def broker_at(url: str) -> ServiceBroker:
    """A broker that is neither connected nor started."""
    return ServiceBroker(LeanClient(), NatsSection(url=url, monitor_url="", user="", password=""), name="test")


@pytest.fixture
async def broker(nats_url: str) -> AsyncIterator[ServiceBroker]:
    """A broker for the test's own account. The test adds its subscribers and starts it."""
    broker = broker_at(nats_url)
    yield broker
    await broker.stop()
