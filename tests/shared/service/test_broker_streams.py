"""Subscribers of a stream, while their consumer or the server is not there."""

import asyncio
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from deploy.local.servers.nats_server import NatsServer
from shared.event_types import ANNOUNCEMENT_DELIVERED
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES, provision
from shared.service.broker import ServiceBroker, make_app
from shared.service.settings import NatsSection
from shared.transient_errors import until_reached
from tests.shared.conftest import handled_messages

TIMEOUT_S: Final = 20.0


async def test_a_subscriber_whose_consumer_is_gone_asks_now_and_then_and_goes_on_with_a_new_one(
    broker: ServiceBroker, nats: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream itself would ask again at once, thousands of times a second, and log nothing."""
    waits: list[float] = []
    handled = handled_messages(broker)
    await broker.start()
    pause = asyncio.sleep

    async def count(span_s: float) -> None:
        waits.append(span_s)
        await pause(span_s / 100)

    monkeypatch.setattr("shared.jetstream.client.asyncio.sleep", count)
    with capture_logs() as logs:
        await nats.jetstream().delete_consumer(NUDGES, ANNOUNCEMENTS_CONSUMER)
        async with asyncio.timeout(TIMEOUT_S):
            while 0.5 not in waits:
                await pause(0.01)
    await provision(nats)
    await nats.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, b"an event")

    async with asyncio.timeout(TIMEOUT_S):
        assert await handled.get() == b"an event"
    assert {(log["event"], log["consumer"]) for log in logs if log["log_level"] == "warning"} == {
        ("pull_refused", ANNOUNCEMENTS_CONSUMER)
    }


@pytest.mark.timeout(60)
async def test_subscribers_that_cannot_start_yet_are_started_once_the_server_is_there(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    client = LeanClient()
    broker = ServiceBroker(client, NatsSection(url=server.url, monitor_url="", user="", password=""), name="test")
    handled = handled_messages(broker)
    await provision(await broker.connect())
    await server.kill()

    starting = asyncio.create_task(until_reached("nats", make_app(broker, service="test", description="A test.").start))
    await asyncio.wait({starting}, timeout=0.1)
    assert not starting.done()
    await server.start()
    async with asyncio.timeout(TIMEOUT_S):
        await starting

    connection = await connect(server.url, name="asking")
    await connection.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, b"an event")
    async with asyncio.timeout(TIMEOUT_S):
        assert await handled.get() == b"an event"
    assert handled.empty()
    await broker.stop()
    await disconnect(connection)
    await server.kill()
