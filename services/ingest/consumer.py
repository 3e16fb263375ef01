"""The pull loop over WEBHOOKS. A batch is acknowledged only after everything in it is translated and stored."""

import asyncio
from typing import Final

import structlog
from nats.aio.msg import Msg

from services.ingest.metrics import IngestMetrics
from services.ingest.translate_webhooks import WebhookTranslator
from shared.errors import in_english
from shared.jetstream.client import LeanClient
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_BATCH_MAX: Final = 250
_RETRY_S: Final = 0.5


class WebhookConsumer:
    """Translates stored webhooks until the service stops."""

    def __init__(self, connection: LeanClient, translator: WebhookTranslator, metrics: IngestMetrics) -> None:
        self._loop = PullLoop(connection, stream=WEBHOOKS, consumer=TRANSLATE_CONSUMER, batch_max=_BATCH_MAX)
        self._translator = translator
        self._metrics = metrics

    async def run(self, stopping: asyncio.Event) -> None:
        stop_task = asyncio.create_task(self._stop_when(stopping), name="stop-translate")
        try:
            async for batch in self._loop:
                await self._handle(batch)
        finally:
            stop_task.cancel()

    async def _handle(self, batch: list[Msg]) -> None:
        try:
            await self._translator.translate(batch)
        except TRANSIENT_ERRORS as failed:
            self._metrics.retries.inc()
            _log.warning("translation_failed", error=type(failed).__name__, detail=in_english(failed), messages=len(batch))
            await self._loop.give_back(batch, delay_s=_RETRY_S)
        else:
            await self._loop.ack(batch)

    async def _stop_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._loop.stop()
