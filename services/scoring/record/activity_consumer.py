"""The pull loop over ACTIVITIES: read each message, keep unreadable ones as dead letters, record the others as one batch.

FastStream's batch subscriber is not used here: it takes three times the processor time per message, and rejects a whole batch
for one bad body. docs/decisions/0012-recording-has-its-own-pull-loop.md has the measurements.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import asyncpg
import structlog
from nats.aio.msg import Msg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.metrics import ScoringMetrics
from services.scoring.record.read_event import EventUnreadable, ObservedEvent, read_event
from services.scoring.record.record_activities import record_activities
from services.scoring.record.slices import slices
from shared.clock import Clock, monotonic_s
from shared.jetstream.batches import work_through
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import dead_letter
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from shared.observation import ObservationRefused
from shared.postgres.outbox import LeasedEvent
from shared.trace import trace_id

_log = structlog.get_logger()
_CONCURRENCY: Final = 3
"""Batches in hand. Two more are requested meanwhile; `shared/jetstream/streams.py` limits how many messages all replicas may
have."""


class ActivityConsumer:
    """Messages are acknowledged after their batch is committed, and not before."""

    def __init__(
        self,
        connection: LeanClient,
        pool: asyncpg.Pool,
        cache: DefinitionsCache,
        dead_letters: Publisher,
        clock: Clock,
        metrics: ScoringMetrics,
        *,
        batch_max: int,
        on_recorded: Callable[[Sequence[LeasedEvent]], None],
    ) -> None:
        self._loop = PullLoop(connection, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=batch_max)
        self._pool = pool
        self._cache = cache
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._on_recorded = on_recorded
        self.progress = Progress("recording activities", server="Postgres")

    async def run(self, stopping: asyncio.Event) -> None:
        """Record until told to stop. A batch that is not committed by then goes back to the server.

        While Postgres works on one batch, others are read and merged. The order of commits does not matter.
        """
        await work_through(
            self._loop,
            self._handle,
            stopping,
            self.progress,
            concurrency=_CONCURRENCY,
            on_done=lambda: None,
            on_retry=self._metrics.retries.inc,
        )

    async def _handle(self, batch: list[Msg]) -> Sequence[Msg]:
        events: list[ObservedEvent] = []
        letters: list[Outgoing] = []
        async for messages in slices(batch):
            for message in messages:
                try:
                    events.append(read_event(message))
                except (EventUnreadable, ObservationRefused) as refused:
                    letters.append(self._dead_letter(message, refused))
        if letters:
            await self._dead_letters.store_all(letters)
        if not events:
            return ()
        started_s = monotonic_s()
        recorded = await record_activities(self._pool, self._cache, events, now=self._clock.now())
        self._on_recorded(recorded.events)
        self._metrics.batch_seconds.observe(monotonic_s() - started_s)
        self._metrics.observations.labels("new").inc(recorded.activities)
        self._metrics.observations.labels("known").inc(len(events) - recorded.activities)
        self._metrics.redacted.inc(recorded.redacted)
        self._observe_age(batch[-1])
        _log.debug("batch_recorded", observations=len(events), days=recorded.days, trace_id=trace_id(events[-1].traceparent))
        return ()

    def _dead_letter(self, message: Msg, refused: EventUnreadable | ObservationRefused) -> Outgoing:
        reason = "unreadable_event" if isinstance(refused, EventUnreadable) else "refused_observation"
        self._metrics.dead_letters.labels(reason).inc()
        return dead_letter(message, service="scoring", reason=reason, detail=str(refused))

    def _observe_age(self, message: Msg) -> None:
        event_time = (message.headers or {}).get("ce-time")
        if event_time:
            age_s = (self._clock.now() - datetime.fromisoformat(event_time)).total_seconds()
            self._metrics.age_seconds.observe(max(age_s, 0.0))
