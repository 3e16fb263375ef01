"""A webhook and its acknowledgement: what is not translated yet is never acknowledged."""

import asyncio
from collections.abc import Sequence

from nats.aio.msg import Msg

from services.ingest.consumer import WebhookConsumer
from services.ingest.metrics import IngestMetrics
from services.ingest.translate_webhooks import WebhookTranslator
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS


class _Translator(WebhookTranslator):
    """Cannot store what it understands, until it is let."""

    def __init__(self) -> None:
        self.is_refused, self.has_begun, self.may_go_on = True, asyncio.Event(), asyncio.Event()

    async def translate(self, batch: Sequence[Msg]) -> None:
        if self.is_refused:
            self.is_refused = False
            raise NotStored
        self.has_begun.set()
        await self.may_go_on.wait()


async def _unacknowledged(nats: LeanClient) -> int:
    return (await nats.jetstream().consumer_info(WEBHOOKS, TRANSLATE_CONSUMER)).num_ack_pending or 0


async def test_a_webhook_comes_again_until_what_it_says_is_stored_and_is_acknowledged_then(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store(Outgoing(subject="webhook.received.v1.acme", headers={}, data=b"{}"))
    translator, stopping = _Translator(), asyncio.Event()
    working = asyncio.create_task(WebhookConsumer(nats, translator, IngestMetrics({})).run(stopping))

    await translator.has_begun.wait()
    during = await _unacknowledged(nats)
    translator.may_go_on.set()
    stopping.set()
    await working

    assert (during, await _unacknowledged(nats)) == (1, 0)
