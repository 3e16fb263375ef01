"""Ingest without its process: the door, and the translation behind it."""

import base64
import hmac
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette

from services.ingest.app import ADAPTERS, web_app
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
from shared.service.settings import load_settings
from tests.services.ingest.senders import NOW, SENDERS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SOURCES = {
    "acme": Source(name="acme", kind="standard", secrets=(SECRET.encode(),)),
    "globex": Source(name="globex", kind="cloudevents", secrets=(b"bearer-secret",)),
    **{sender.name: sender.source for sender in SENDERS},
}
CONTACT_SECRET = b"hashes contacts"
OBSERVATION = {"activity_id": "a1", "kind": "call", "observed_at": "2026-03-02T10:00:00+01:00", "facts": {"actor": "7"}}


class Ingest:
    """The service without its process."""

    def __init__(
        self, nats: LeanClient, app_within: Callable[..., Starlette], translator: WebhookTranslator, metrics: IngestMetrics
    ) -> None:
        """`app_within` makes the door with other limits."""
        self.nats, self.app_within, self.translator, self.metrics = nats, app_within, translator, metrics
        self.app = app_within()
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://door")

    async def post(self, body: bytes, *, source: str = "acme", **headers: str) -> httpx.Response:
        digest = hmac.digest(key_of(SECRET.encode()), f"m1.{int(NOW.timestamp())}.".encode() + body, "sha256")
        signature = f"v1,{base64.b64encode(digest).decode()}"
        signed = {"webhook-id": "m1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": signature}
        changed = signed | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(f"/webhooks/{source}", content=body, headers=changed)

    async def post_raw(self, source: str, webhook: RawWebhook) -> httpx.Response:
        """A webhook as its sender posts it."""
        return await self.client.post(
            f"/webhooks/{source}", params=dict(webhook.query), content=webhook.body, headers=dict(webhook.headers)
        )

    async def stored(self, stream: str) -> int:
        return (await self.nats.jetstream().stream_info(stream)).state.messages

    async def translate(self) -> None:
        """Everything that is stored."""
        loop = PullLoop(self.nats, stream=WEBHOOKS, consumer=TRANSLATE_CONSUMER, batch_max=100)
        left = await self.stored(WEBHOOKS)
        async for batch in loop:
            await self.translator.translate(batch)
            await self.translator.translate(batch)  # as after a crash before the acknowledgement
            await loop.ack(batch)
            left -= len(batch)
            if left == 0:
                loop.stop()


@pytest.fixture
async def ingest(nats: LeanClient) -> AsyncIterator[Ingest]:
    settings = load_settings(IngestSettings)
    metrics, clock = IngestMetrics(SOURCES), SteppedClock(NOW)
    async with Publisher(nats, timeout_s=1) as one, Publisher(nats) as two, Publisher(nats) as three:
        receiver = WebhookReceiver(SOURCES, ADAPTERS, one, clock)
        translator = WebhookTranslator(
            SOURCES,
            ADAPTERS,
            activities=two,
            dead_letters=three,
            clock=clock,
            metrics=metrics,
            contact_secret=CONTACT_SECRET,
        )

        async def well() -> str | None:
            return None

        def app_within(**limits: float) -> Starlette:
            section = settings.ingest.model_copy(update={"body_max_bytes": 200_000, "body_timeout_s": 0.2} | limits)
            return web_app(receiver, settings.model_copy(update={"ingest": section}), metrics, clock, well)

        ingest = Ingest(nats, app_within, translator, metrics)
        async with ingest.client:
            yield ingest
