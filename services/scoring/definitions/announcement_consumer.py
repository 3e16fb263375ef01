"""The pull loop over what NUDGES says of announcements: who was told, and who has acknowledged it."""

import asyncio
from typing import Final

import asyncpg
from nats.aio.msg import Msg
from pydantic import ValidationError

from services.scoring.definitions.announcements import Telling, record_telling
from services.scoring.metrics import ScoringMetrics
from services.scoring.record.batches import work_through
from shared.events import PLAYBOOK_ACKNOWLEDGED, AnnouncementDelivered, PlaybookAcknowledged
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import dead_letter
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES

_BATCH_MAX: Final = 500
_REASON: Final = "unreadable_telling"


class TellingConsumer:
    """Messages are acknowledged after the commit; one that cannot be read is set aside."""

    def __init__(self, connection: LeanClient, pool: asyncpg.Pool, dead_letters: Publisher, metrics: ScoringMetrics) -> None:
        self._loop = PullLoop(connection, stream=NUDGES, consumer=ANNOUNCEMENTS_CONSUMER, batch_max=_BATCH_MAX)
        self._pool = pool
        self._dead_letters = dead_letters
        self._metrics = metrics

    async def run(self, stopping: asyncio.Event) -> None:
        """Record until told to stop."""
        await work_through(self._loop, self._handle, stopping, self._metrics, at_once=1, on_done=lambda: None)

    async def _handle(self, batch: list[Msg]) -> None:
        said: list[Telling] = []
        letters: list[Outgoing] = []
        for message in batch:
            model = PlaybookAcknowledged if message.subject == PLAYBOOK_ACKNOWLEDGED else AnnouncementDelivered
            try:
                said.append(model.model_validate_json(message.data))
            except ValidationError as refused:
                detail = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in refused.errors()[:5])
                self._metrics.dead_letters.labels(_REASON).inc()
                letters.append(dead_letter(message, service="scoring", reason=_REASON, detail=detail))
        if letters:
            await self._dead_letters.store_all(letters)
        if said:
            await record_telling(self._pool, said)
