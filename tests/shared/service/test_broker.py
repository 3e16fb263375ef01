"""The broker of a service: it outlives the server and the mistakes of handlers, and finishes what has arrived when it stops."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import nats.errors
import pytest
from faststream.nats.subscriber.usecases.stream_basic import StreamSubscriber
from nats.aio.client import DEFAULT_MAX_RECONNECT_ATTEMPTS

from deploy.local.servers.nats_server import NatsServer
from services.nudges.app import NudgesService
from services.nudges.settings import NudgesSettings
from services.scoring.app import ScoringService
from services.scoring.settings import ScoringSettings
from shared.clock import SteppedClock
from shared.event_types import ANNOUNCEMENT_DELIVERED, NUDGE_DELIVERED
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.streams import CLOCK, provision
from shared.service.broker import ServiceBroker, make_app
from shared.service.settings import NatsSection, load_settings
from shared.service.stepped_time import tick_router
from tests.shared.conftest import broker_at, handled_messages

SUBJECT = "number.double.v1"
TIMEOUT_S: Final = 20.0


class _Handler:
    """Doubles numbers. It waits for `may_end` and does not know the number 13."""

    def __init__(self, broker: ServiceBroker) -> None:
        self.begun = asyncio.Semaphore(0)
        self.may_end = asyncio.Event()
        self.may_end.set()
        broker.subscriber(SUBJECT)(self._double)

    async def begin(self) -> None:
        """Return once it has begun to handle a message."""
        async with asyncio.timeout(TIMEOUT_S):
            await self.begun.acquire()

    async def _double(self, number: int) -> int:
        self.begun.release()
        await self.may_end.wait()
        if number == 13:
            raise KeyError("a bug")
        return 2 * number


async def _start(broker: ServiceBroker) -> None:
    """Start the broker, and return once the server knows its subscribers."""
    await broker.start()
    await (await broker.connect()).flush()


async def _double(connection: LeanClient, number: int) -> int:
    reply = await connection.request(SUBJECT, str(number).encode(), timeout=TIMEOUT_S)
    return int(reply.data)


async def _is_served(connection: LeanClient) -> bool:
    try:
        return await _double(connection, 4) == 8
    except nats.errors.NoRespondersError:
        return False


@pytest.fixture
async def asking(nats_url: str) -> AsyncIterator[LeanClient]:
    connection = await connect(nats_url, name="asking")
    yield connection
    await connection.close()


@pytest.mark.timeout(60)
async def test_a_broker_reconnects_however_long_the_server_was_down(tmp_path: Path) -> None:
    """By default FastStream gives up after two minutes. Its pull subscribers then loop without ever giving way."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    client = LeanClient()
    broker = ServiceBroker(client, NatsSection(url=server.url, monitor_url="", user="", password=""), name="test")
    _Handler(broker)
    handled = handled_messages(broker)
    await provision(await broker.connect())
    await _start(broker)

    await server.kill()
    client.options["reconnect_time_wait"] = 0.0
    while client._server_pool[0].reconnects <= 2 * DEFAULT_MAX_RECONNECT_ATTEMPTS:
        await asyncio.sleep(0)
    await server.start()

    connection = await connect(server.url, name="asking")
    async with asyncio.timeout(TIMEOUT_S):
        while not await _is_served(connection):
            await asyncio.sleep(0.01)
        await connection.jetstream().publish(ANNOUNCEMENT_DELIVERED.name, b"an event")
        assert await handled.get() == b"an event"
    await broker.stop()
    await disconnect(connection)
    await server.kill()


async def test_an_error_of_a_handler_is_logged_and_the_next_message_is_handled(
    broker: ServiceBroker, asking: LeanClient, caplog: pytest.LogCaptureFixture
) -> None:
    _Handler(broker)
    await _start(broker)

    with caplog.at_level(logging.ERROR):
        await asking.publish(SUBJECT, b"13")
        assert await _double(asking, 4) == 8

    errors = [record.exc_info[1] for record in caplog.records if record.exc_info is not None]
    assert [str(error) for error in errors] == ["'a bug'"]


async def test_messages_are_not_logged(broker: ServiceBroker, asking: LeanClient, caplog: pytest.LogCaptureFixture) -> None:
    """They are counted instead. A line per message would cost more than handling it."""
    _Handler(broker)
    await _start(broker)

    with caplog.at_level(logging.INFO, logger="root"):
        assert await _double(asking, 4) == 8

    assert [record for record in caplog.records if record.name.startswith("faststream")] == []


async def test_a_broker_logs_in_with_the_user_and_the_password_of_the_settings(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = urlsplit(nats_url)
    assert parts.username is not None
    assert parts.password is not None
    monkeypatch.setenv("NATS_PASSWORD", parts.password)
    url = urlunsplit(parts._replace(netloc=f"{parts.hostname}:{parts.port}"))
    settings = NatsSection(url=url, monitor_url="", user=parts.username, password="env:NATS_PASSWORD")
    broker = ServiceBroker(LeanClient(), settings, name="test")
    _Handler(broker)
    await _start(broker)

    connection = await connect(nats_url, name="asking")  # only a client of the same account reaches the handler
    assert await _double(connection, 4) == 8

    await broker.stop()
    await connection.close()


async def test_stopping_the_subscribers_waits_for_the_message_in_hand(broker: ServiceBroker, asking: LeanClient) -> None:
    handler = _Handler(broker)
    handler.may_end.clear()
    await _start(broker)
    reply = asyncio.create_task(_double(asking, 4))
    await handler.begin()

    stopping = asyncio.create_task(broker.stop_subscribers())
    await asyncio.sleep(0)
    assert not stopping.done()
    handler.may_end.set()

    async with asyncio.timeout(TIMEOUT_S):
        await stopping
        assert await reply == 8


async def test_a_message_that_waits_behind_the_one_in_hand_is_handled_before_the_subscribers_stop(
    broker: ServiceBroker, asking: LeanClient
) -> None:
    """The server has delivered it and would not deliver it to another replica."""
    handler = _Handler(broker)
    handler.may_end.clear()
    await _start(broker)
    replies = [asyncio.create_task(_double(asking, number)) for number in (4, 5, 6)]
    await handler.begin()
    await asking.flush()

    stopping = asyncio.create_task(broker.stop_subscribers())
    await asyncio.sleep(0)
    handler.may_end.set()

    async with asyncio.timeout(TIMEOUT_S):
        await stopping
        assert await asyncio.gather(*replies) == [8, 10, 12]


async def test_a_handler_that_does_not_end_delays_the_stop_only_for_a_while(
    nats_url: str, asking: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.service.broker._GRACE_S", 0.05)
    broker = broker_at(nats_url)
    handler = _Handler(broker)
    handler.may_end.clear()
    await _start(broker)
    await asking.publish(SUBJECT, b"4")
    await handler.begin()

    async with asyncio.timeout(TIMEOUT_S):
        await broker.stop_subscribers()
        await broker.stop()


async def test_stopped_subscribers_take_no_more_messages_and_the_connection_stays_open(
    broker: ServiceBroker, asking: LeanClient
) -> None:
    _Handler(broker)
    await _start(broker)
    await broker.stop_subscribers()

    with pytest.raises(nats.errors.NoRespondersError):
        await _double(asking, 4)

    subscription = await asking.subscribe("day.changed.v1")
    await asking.flush()
    await broker.publish("last words", "day.changed.v1")
    assert (await subscription.next_msg(timeout=TIMEOUT_S)).data == b"last words"


async def test_subscribers_stop_while_the_server_is_down(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    client = LeanClient()
    broker = ServiceBroker(client, NatsSection(url=server.url, monitor_url="", user="", password=""), name="test")
    _Handler(broker)
    await _start(broker)
    await server.kill()
    while client.is_connected:
        await asyncio.sleep(0.01)

    async with asyncio.timeout(TIMEOUT_S):
        await broker.stop_subscribers()
        await broker.stop()


async def test_starting_changes_no_stream(nats: LeanClient, broker: ServiceBroker) -> None:
    """By default FastStream declares the stream of each subscriber, and resets what its own declaration does not name."""
    jetstream = nats.jetstream()
    widened = (await jetstream.stream_info(CLOCK)).config
    widened.max_age, widened.duplicate_window = 86_400, 600
    await jetstream.update_stream(widened)
    before = (await jetstream.stream_info(CLOCK)).config

    broker.include_router(tick_router(SteppedClock()))
    await _start(broker)

    assert (await jetstream.stream_info(CLOCK)).config == before


async def test_no_subscriber_of_a_service_declares_its_stream() -> None:
    scoring = ScoringService(load_settings(ScoringSettings))
    nudges = NudgesService(load_settings(NudgesSettings), {}, SteppedClock(), erasure_key=b"", link_secret=None)

    for app in (scoring.app, nudges.app):
        assert app.broker is not None
        streams = [subscriber.stream for subscriber in app.broker.subscribers if isinstance(subscriber, StreamSubscriber)]
        assert streams
        assert [stream.name for stream in streams if stream.declare] == []


async def test_published_events_are_in_the_document_of_the_service(nats_url: str) -> None:
    broker = broker_at(nats_url)
    broker.publishes([ANNOUNCEMENT_DELIVERED, NUDGE_DELIVERED])

    document = make_app(broker, service="nudges", description="Decides about nudges.").schema.to_specification().to_jsonable()

    assert (document["info"]["title"], document["info"]["description"]) == ("Daymark nudges", "Decides about nudges.")
    assert _sent_messages(document) == {ANNOUNCEMENT_DELIVERED.name, NUDGE_DELIVERED.name}
    properties = document["components"]["schemas"]["AnnouncementDelivered"]["properties"]
    assert set(properties) == {"rep_id", "version", "told_at"}


def _sent_messages(document: dict[str, Any]) -> set[str]:
    """The addresses to which the service sends."""
    channels = [operation["channel"]["$ref"] for operation in document["operations"].values() if operation["action"] == "send"]
    return {document["channels"][channel.rpartition("/")[2]]["address"] for channel in channels}
