"""What is stored of a verified webhook, what is not, posts to paths that no source has, and what is in hand at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import httpx
import pytest

from services.ingest.app import web_app
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch
from services.ingest.metrics import IngestMetrics, UnknownPath, UnknownPaths
from services.ingest.receive_webhook import NoSuchSource, WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SteppedClock
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.jetstream.streams import WEBHOOKS
from shared.observation import SourceName
from shared.service.http.limits import DEFAULT_LIMITS
from shared.service.http_server import HttpServer, http_server
from shared.service.settings import load_settings
from tests.services.ingest.conftest import GLOBEX, OBSERVATION, SOURCES, to_json
from tests.services.ingest.senders import BY_NAME, NOW

A_MINUTE: Final = timedelta(minutes=1)
TOKEN: Final = {"authorization": "Bearer bearer-secret"}


class _Recorder:
    """A publisher that remembers what it is given."""

    def __init__(self) -> None:
        self.stored: list[Outgoing] = []

    async def store(self, message: Outgoing) -> None:
        self.stored.append(message)


@pytest.fixture
def recorder() -> _Recorder:
    return _Recorder()


@pytest.fixture
def receiver(recorder: _Recorder) -> WebhookReceiver:
    return WebhookReceiver(SOURCES, ADAPTERS, cast("Publisher", recorder), SteppedClock(NOW))


async def test_the_headers_that_matter_are_stored_under_a_prefix(receiver: WebhookReceiver, recorder: _Recorder) -> None:
    headers = TOKEN | {"ce-subject": "7", "x-other": "dropped"}

    await receiver.receive(GLOBEX, RawWebhook(headers=headers, body=b"{}"))

    (message,) = recorder.stored
    assert message.subject == "webhook.received.v1.globex"
    assert {name: value for name, value in message.headers.items() if name.startswith("Http-")} == {"Http-ce-subject": "7"}
    assert message.headers["ce-time"] == NOW.isoformat()
    assert "Nats-Msg-Id" not in message.headers


@pytest.mark.parametrize("value", ["ä", "7\r\nNats-Msg-Id: forged", "\x00", "\udc80"])
async def test_a_header_that_could_break_out_of_its_line_is_not_stored(
    receiver: WebhookReceiver, recorder: _Recorder, value: str
) -> None:
    await receiver.receive(GLOBEX, RawWebhook(headers=TOKEN | {"ce-subject": value}, body=b"{}"))

    assert not any(name.startswith("Http-") for name in recorder.stored[0].headers)


async def test_a_webhook_that_is_not_authentic_is_not_stored(receiver: WebhookReceiver, recorder: _Recorder) -> None:
    with pytest.raises(SignatureMismatch):
        await receiver.receive(GLOBEX, RawWebhook(headers={}, body=b"{}"))

    assert recorder.stored == []


async def test_without_a_publisher_nothing_is_stored_whoever_sends_it() -> None:
    receiver = WebhookReceiver(SOURCES, ADAPTERS, None, SteppedClock(NOW))

    for headers in (TOKEN, {}):
        with pytest.raises(NotStored, match="JetStream has not been reached yet"):
            await receiver.receive(GLOBEX, RawWebhook(headers=headers, body=b"{}"))


def test_an_unknown_source_is_named_up_to_64_characters(receiver: WebhookReceiver) -> None:
    with pytest.raises(NoSuchSource) as refused:
        receiver.source(SourceName("x" * 65))

    assert refused.value.subject == "x" * 64


def test_paths_are_counted_the_most_frequent_first() -> None:
    paths = UnknownPaths()
    for number, path in enumerate(["/b", "/a", "/c", "/b"]):
        paths.add(path, now=NOW + number * A_MINUTE)

    assert paths.list() == [
        UnknownPath("/b", 2, NOW + 3 * A_MINUTE),
        UnknownPath("/a", 1, NOW + A_MINUTE),
        UnknownPath("/c", 1, NOW + 2 * A_MINUTE),
    ]


def test_only_the_newest_paths_are_known_and_of_long_ones_the_beginning() -> None:
    paths = UnknownPaths()
    paths.add("/" + "x" * 200, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert [len(unknown.path) for unknown in paths.list()] == [100]

    for number in range(100):
        paths.add(f"/{number:02}", now=NOW)

    assert len(paths.list()) == 100
    assert paths.list()[0].path == "/00"


async def test_a_post_to_a_path_that_no_source_has_is_counted_wherever_it_goes(receiver: WebhookReceiver) -> None:
    clock, metrics, paths = SteppedClock(NOW), IngestMetrics(SOURCES), UnknownPaths()
    app = web_app(receiver, load_settings(IngestSettings), metrics, clock, paths)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        for path in ("/webhooks/acne", "/webhooks/acne", "/hooks/acme"):
            assert (await client.post(path, content=b"{}")).status_code == 404
        assert (await client.get("/favicon.ico")).status_code == 404

    assert [(unknown.path, unknown.requests) for unknown in paths.list()] == [("/webhooks/acne", 2), ("/hooks/acme", 1)]
    labels = {"source": "unknown", "result": "unknown_source"}
    assert metrics.registry.get_sample_value("daymark_ingest_webhooks_total", labels) == 3


class _BlockedPublisher(Publisher):
    """Stores nothing until it may continue."""

    def __init__(self, connection: LeanClient) -> None:
        super().__init__(connection)
        self.waiting, self.may_continue = 0, asyncio.Event()

    async def store(self, message: Outgoing) -> None:
        self.waiting += 1
        await self.may_continue.wait()
        await super().store(message)


@asynccontextmanager
async def _closing_door(publisher: Publisher) -> AsyncIterator[HttpServer]:
    """A running server; it has ended at the end."""
    clock = SteppedClock(NOW)
    receiver = WebhookReceiver(SOURCES, ADAPTERS, publisher, clock)
    app = web_app(receiver, load_settings(IngestSettings), IngestMetrics(SOURCES), clock)
    server = http_server(app, host="127.0.0.1", port=0, limits=DEFAULT_LIMITS)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    yield server
    await serving


def _request_to_globex() -> bytes:
    body = to_json(OBSERVATION)
    head = "POST /webhooks/globex HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer bearer-secret\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _request_to_outreach() -> bytes:
    sender = BY_NAME["outreach"]
    webhook = sender.post(sender.payload("call-1"))
    fields = "".join(f"{name}: {value}\r\n" for name, value in webhook.headers.items())
    head = f"POST /webhooks/outreach HTTP/1.1\r\nHost: door\r\n{fields}Content-Length: {len(webhook.body)}\r\n\r\n"
    return head.encode() + webhook.body


async def test_every_accepted_request_is_answered_when_the_door_closes(nats: LeanClient) -> None:
    async with _BlockedPublisher(nats) as publisher:
        assert isinstance(publisher, _BlockedPublisher)
        async with _closing_door(publisher) as server:
            address = server.servers[0].sockets[0].getsockname()
            connections = [await asyncio.open_connection(*address) for _ in range(100)]
            for _, writer in connections:
                writer.write(_request_to_globex())
            while publisher.waiting < 100:
                await asyncio.sleep(0)

            server.should_exit = True
            while server.servers[0].is_serving():
                await asyncio.sleep(0)
            publisher.may_continue.set()
            responses = [await reader.read() for reader, _ in connections]
        for _, writer in connections:
            writer.close()

    assert [response.partition(b"\r\n")[0] for response in responses] == [b"HTTP/1.1 200 OK"] * 100
    assert (await nats.jetstream().stream_info(WEBHOOKS)).state.messages == 100


@pytest.mark.parametrize(
    ("request_bytes", "answer"),
    [
        (_request_to_globex(), b"HTTP/1.1 503 Service Unavailable"),
        (_request_to_globex()[:-1], b"HTTP/1.1 503 Service Unavailable"),
        (_request_to_outreach(), b""),
    ],
    ids=["being stored", "being received", "of a sender that takes every response for success"],
)
async def test_what_is_not_stored_when_the_time_to_stop_is_over_is_to_be_sent_again(
    nats: LeanClient, monkeypatch: pytest.MonkeyPatch, request_bytes: bytes, answer: bytes
) -> None:
    monkeypatch.setattr("shared.service.http_server._DRAIN_S", 0)
    async with _BlockedPublisher(nats) as publisher:
        async with _closing_door(publisher) as server:
            reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname())
            writer.write(request_bytes)
            while not server.server_state.tasks:
                await asyncio.sleep(0)
            server.should_exit = True
        try:
            answered = await reader.read()
        except ConnectionError:
            answered = b""
        writer.close()

    assert answered.partition(b"\r\n")[0] == answer
    assert not answer or b"retry-after: 5\r\n" in answered.lower()
