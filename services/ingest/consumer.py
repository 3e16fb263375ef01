"""The pull loop over WEBHOOKS: a batch is acknowledged only when everything that it says is stored."""

import asyncio
from typing import Final

import nats.errors
import structlog
from nats.aio.msg import Msg

from services.ingest.metrics import IngestMetrics
from services.ingest.translate_webhooks import WebhookTranslator
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import NotStored
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS

_log = structlog.get_logger()
_BATCH_MAX: Final = 250
_AGAIN_S: Final = 0.5


class WebhookConsumer:
    """Translates until told to stop."""

    def __init__(self, connection: LeanClient, translator: WebhookTranslator, metrics: IngestMetrics) -> None:
        self._loop = PullLoop(connection, stream=WEBHOOKS, consumer=TRANSLATE_CONSUMER, batch_max=_BATCH_MAX)
        self._translator = translator
        self._metrics = metrics

    async def run(self, stopping: asyncio.Event) -> None:
        ending = asyncio.create_task(self._stop_when(stopping), name="stop-consumer")
        try:
            async for batch in self._loop:
                await self._handle(batch)
        finally:
            ending.cancel()

    async def _handle(self, batch: list[Msg]) -> None:
        try:
            await self._translator.translate(batch)
        except (NotStored, nats.errors.Error, TimeoutError) as failed:
            self._metrics.retries.inc()
            _log.warning("translation_failed", error=type(failed).__name__, detail=str(failed), messages=len(batch))
            await self._loop.give_back(batch, delay_s=_AGAIN_S)
        else:
            await self._loop.ack(batch)

    async def _stop_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._loop.stop()
