"""A webhook is acknowledged only after it is translated."""

import asyncio
from collections.abc import Sequence

from nats.aio.msg import Msg

from services.ingest.consumer import WebhookConsumer
from services.ingest.metrics import IngestMetrics
from services.ingest.translate_webhooks import WebhookTranslator
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS


class _BlockedTranslator(WebhookTranslator):
    """Fails to store the first batch and blocks on the second until it may continue."""

    def __init__(self) -> None:
        self.has_failed, self.has_begun, self.may_continue = False, asyncio.Event(), asyncio.Event()

    async def translate(self, batch: Sequence[Msg]) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise NotStored
        self.has_begun.set()
        await self.may_continue.wait()


async def _count_unacknowledged(nats: LeanClient) -> int:
    return (await nats.jetstream().consumer_info(WEBHOOKS, TRANSLATE_CONSUMER)).num_ack_pending or 0


async def test_a_webhook_is_retried_until_it_is_translated_and_acknowledged_only_then(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store(Outgoing(subject="webhook.received.v1.acme", headers={}, data=b"{}"))
    translator, metrics, stopping = _BlockedTranslator(), IngestMetrics({}), asyncio.Event()
    consuming = asyncio.create_task(WebhookConsumer(nats, translator, metrics).run(stopping))

    await translator.has_begun.wait()
    unacknowledged = await _count_unacknowledged(nats)
    translator.may_continue.set()
    stopping.set()
    await consuming

    assert (unacknowledged, await _count_unacknowledged(nats)) == (1, 0)
    assert metrics.registry.get_sample_value("daymark_ingest_batch_retries_total") == 1
