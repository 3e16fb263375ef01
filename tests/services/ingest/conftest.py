"""Ingest without its process: the door, and the translation behind it."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest
from starlette.applications import Starlette

from services.ingest.app import web_app
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.crm.standard import key_of
from services.ingest.domain.webhook import RawWebhook, Source
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from services.ingest.translate_webhooks import WebhookTranslator
from shared.clock import SteppedClock
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS
from shared.observation import SourceName
from shared.service.http.limits import HttpLimits
from shared.service.settings import load_settings
from tests.services.ingest.senders import NOW, SENDERS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ACME, GLOBEX = SourceName("acme"), SourceName("globex")
SOURCES = {
    ACME: Source(name=ACME, kind="standard", secrets=(SECRET.encode(),)),
    GLOBEX: Source(name=GLOBEX, kind="cloudevents", secrets=(b"bearer-secret",)),
    **{SourceName(sender.name): sender.source for sender in SENDERS},
}
CONTACT_SECRET = b"hashes contacts"
OBSERVATION = {"activity_id": "a1", "kind": "call", "observed_at": "2026-03-02T10:00:00+01:00", "facts": {"actor": "7"}}


def to_json(content: object) -> bytes:
    return json.dumps(content).encode()


@dataclass(kw_only=True)
class Ingest:
    """`door_with` makes a door with other limits than `app`; `limits` are those of its server."""

    nats: LeanClient
    door_with: Callable[..., Starlette]
    translator: WebhookTranslator
    metrics: IngestMetrics
    limits: HttpLimits
    app: Starlette = field(init=False)
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.app = self.door_with()
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://door")

    async def post(self, body: bytes, *, source: str = "acme", headers: dict[str, str] | None = None) -> httpx.Response:
        """A signed webhook; `headers` replace those of the signature."""
        timestamp = str(int(NOW.timestamp()))
        digest = hmac.digest(key_of(SECRET.encode()), f"m1.{timestamp}.".encode() + body, "sha256")
        signature = f"v1,{base64.b64encode(digest).decode()}"
        signed = {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": signature}
        return await self.client.post(f"/webhooks/{source}", content=body, headers=signed | (headers or {}))

    async def post_raw(self, source: str, webhook: RawWebhook) -> httpx.Response:
        """A webhook as its sender posts it."""
        return await self.client.post(
            f"/webhooks/{source}", params=dict(webhook.query), content=webhook.body, headers=dict(webhook.headers)
        )

    async def read_metrics(self) -> str:
        return generate_latest(self.metrics.registry).decode()

    async def count_stored(self, stream: str) -> int:
        return (await self.nats.jetstream().stream_info(stream)).state.messages

    async def read_stored(self, stream: str, number: int = 1) -> "Stored":
        """A message of a stream, counted from 1."""
        message = await self.nats.jetstream().get_msg(stream, number)
        return Stored(subject=message.subject or "", headers=message.headers or {}, data=message.data or b"")

    async def translate(self) -> None:
        """Translate everything that is stored, each batch twice, as after a crash before the acknowledgement."""
        loop = PullLoop(self.nats, stream=WEBHOOKS, consumer=TRANSLATE_CONSUMER, batch_max=100)
        left = await self.count_stored(WEBHOOKS)
        async for batch in loop:
            await self.translator.translate(batch)
            await self.translator.translate(batch)
            await loop.ack(batch)
            left -= len(batch)
            if left == 0:
                loop.stop()


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message of a stream."""

    subject: str
    headers: dict[str, str]
    data: bytes

    def json(self) -> Any:
        return json.loads(self.data)


async def find_no_source(_: SourceName) -> None:
    """Nothing was added meanwhile."""


async def always_ready() -> None:
    """A check that finds no problem."""


@pytest.fixture
async def ingest(nats: LeanClient) -> AsyncIterator[Ingest]:
    settings = load_settings(IngestSettings)
    metrics, clock = IngestMetrics(SOURCES), SteppedClock(NOW)
    async with Publisher(nats, timeout_s=1) as webhooks, Publisher(nats) as activities, Publisher(nats) as dead_letters:
        receiver = WebhookReceiver(SOURCES, ADAPTERS, webhooks, clock)
        translator = WebhookTranslator(
            SOURCES,
            ADAPTERS,
            activities=activities,
            dead_letters=dead_letters,
            clock=clock,
            metrics=metrics,
            contact_secret=CONTACT_SECRET,
            find_source=find_no_source,
        )

        def door_with(**limits: float) -> Starlette:
            section = settings.ingest.model_copy(update={"body_max_bytes": 200_000, "body_timeout_s": 0.2} | limits)
            changed = settings.model_copy(update={"ingest": section})
            return web_app(receiver, changed, metrics, clock)

        ingest = Ingest(
            nats=nats, door_with=door_with, translator=translator, metrics=metrics, limits=settings.ingest.http_limits()
        )
        async with ingest.client:
            yield ingest
