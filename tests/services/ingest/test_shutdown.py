"""A door that closes answers everybody who is inside."""

import asyncio
import json

from nats.aio.client import Client

from services.ingest.app import ADAPTERS, web_app
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SteppedClock
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import WEBHOOKS
from shared.service.http_server import DEFAULT_LIMITS, http_server
from shared.service.settings import load_settings
from tests.services.ingest.conftest import OBSERVATION, SOURCES
from tests.services.ingest.senders import NOW


class _Held(Publisher):
    """Stores nothing before it is let go."""

    def __init__(self, connection: Client) -> None:
        super().__init__(connection)
        self.waiting, self.go = 0, asyncio.Event()

    async def store(self, message: Outgoing) -> None:
        self.waiting += 1
        await self.go.wait()
        await super().store(message)


async def test_every_request_that_was_accepted_is_answered_when_the_door_closes(nats: Client) -> None:
    async def well() -> str | None:
        return None

    body = json.dumps(OBSERVATION).encode()
    head = "POST /webhooks/globex HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer bearer-secret\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    publisher = _Held(nats)
    async with publisher:
        clock = SteppedClock(NOW)
        receiver = WebhookReceiver(SOURCES, ADAPTERS, publisher, clock)
        app = web_app(receiver, load_settings(IngestSettings), IngestMetrics(SOURCES), clock, well)
        server = http_server(app, host="127.0.0.1", port=0, limits=DEFAULT_LIMITS)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        address = server.servers[0].sockets[0].getsockname()
        inside = [await asyncio.open_connection(*address) for _ in range(100)]
        for _, writer in inside:
            writer.write(head.encode() + body)
        while publisher.waiting < 100:
            await asyncio.sleep(0)

        server.should_exit = True
        while server.servers[0].is_serving():
            await asyncio.sleep(0)
        publisher.go.set()
        answers = [await reader.read() for reader, _ in inside]
        await serving
        for _, writer in inside:
            writer.close()

    assert [answer.partition(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * 100
    assert (await nats.jetstream().stream_info(WEBHOOKS)).state.messages == 100
