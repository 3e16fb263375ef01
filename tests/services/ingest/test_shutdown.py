"""A door that closes answers every request that it has accepted."""

import asyncio

from nats.aio.client import Client

from services.ingest.app import web_app
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SteppedClock
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import WEBHOOKS
from shared.service.http_server import DEFAULT_LIMITS, http_server
from shared.service.settings import load_settings
from tests.services.ingest.conftest import OBSERVATION, SOURCES, always_ready, to_json
from tests.services.ingest.senders import NOW


class _BlockedPublisher(Publisher):
    """Stores nothing until it may continue."""

    def __init__(self, connection: Client) -> None:
        super().__init__(connection)
        self.waiting, self.may_continue = 0, asyncio.Event()

    async def store(self, message: Outgoing) -> None:
        self.waiting += 1
        await self.may_continue.wait()
        await super().store(message)


async def test_every_accepted_request_is_answered_when_the_door_closes(nats: Client) -> None:
    body = to_json(OBSERVATION)
    head = "POST /webhooks/globex HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer bearer-secret\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    async with _BlockedPublisher(nats) as publisher:
        assert isinstance(publisher, _BlockedPublisher)
        clock = SteppedClock(NOW)
        receiver = WebhookReceiver(SOURCES, ADAPTERS, publisher, clock)
        app = web_app(receiver, load_settings(IngestSettings), IngestMetrics(SOURCES), clock, always_ready)
        server = http_server(app, host="127.0.0.1", port=0, limits=DEFAULT_LIMITS)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        address = server.servers[0].sockets[0].getsockname()
        connections = [await asyncio.open_connection(*address) for _ in range(100)]
        for _, writer in connections:
            writer.write(head.encode() + body)
        while publisher.waiting < 100:
            await asyncio.sleep(0)

        server.should_exit = True
        while server.servers[0].is_serving():
            await asyncio.sleep(0)
        publisher.may_continue.set()
        responses = [await reader.read() for reader, _ in connections]
        await serving
        for _, writer in connections:
            writer.close()

    assert [response.partition(b"\r\n")[0] for response in responses] == [b"HTTP/1.1 200 OK"] * 100
    assert (await nats.jetstream().stream_info(WEBHOOKS)).state.messages == 100
