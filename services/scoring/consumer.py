"""The pull loop over ACTIVITIES: read each message, set aside what makes no sense, record the rest as one batch."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final

import asyncpg
import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.scoring.definitions import DefinitionsCache
from services.scoring.metrics import ScoringMetrics
from services.scoring.record_activities import Observed, record_activities
from shared.clock import Clock, monotonic_s
from shared.dead_letters import dead_letter
from shared.errors import DaymarkError
from shared.events import HISTORY_EXTENSION
from shared.jetstream import NotStored, Outgoing, Publisher
from shared.observation import ObservationRefused, observation_from
from shared.pull import PullLoop
from shared.streams import ACTIVITIES, SCORING_CONSUMER
from shared.trace import HEADER as TRACEPARENT
from shared.trace import trace_id

_log = structlog.get_logger()
_BATCHES_AT_ONCE: Final = 2
_RETRY_FIRST_S: Final = 0.1
_RETRY_MOST_S: Final = 5.0
AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, NotStored)
"""What a server that is away, restarting or busy looks like. None of it says anything about the messages."""

_decoder: Final = msgspec.json.Decoder(dict[str, object])


class EventUnreadable(DaymarkError):
    """The message is no activity.observed.v1. It was set aside; correct its publisher."""


class ActivityConsumer:
    """Keeps a batch until it is recorded; messages are acknowledged only after the commit."""

    def __init__(
        self,
        connection: Client,
        pool: asyncpg.Pool,
        cache: DefinitionsCache,
        dead_letters: Publisher,
        clock: Clock,
        metrics: ScoringMetrics,
        *,
        batch_max: int,
        on_recorded: Callable[[], None],
    ) -> None:
        self._loop = PullLoop(connection, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=batch_max)
        self._pool = pool
        self._cache = cache
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._on_recorded = on_recorded

    async def run(self, stopping: asyncio.Event) -> None:
        """Record until told to stop. A batch that is not done by then goes back.

        While Postgres works on one batch, the next is read and merged; in which order they are committed changes nothing.
        """
        ending = asyncio.create_task(_stop_when(stopping, self._loop), name="stop-consumer")
        slots = asyncio.Semaphore(_BATCHES_AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                await slots.acquire()
                async for batch in self._loop:
                    group.create_task(self._finish(batch, stopping)).add_done_callback(lambda _: slots.release())
                    await slots.acquire()
        finally:
            ending.cancel()

    async def _finish(self, batch: list[Msg], stopping: asyncio.Event) -> None:
        if await until_done(partial(self._handle, batch), stopping, self._metrics):
            await self._loop.ack(batch)
            self._on_recorded()
        else:
            await self._loop.give_back(batch, delay_s=0)

    async def _handle(self, batch: list[Msg]) -> None:
        observed: list[Observed] = []
        letters: list[Outgoing] = []
        for message in batch:
            try:
                observed.append(read_event(message))
            except (EventUnreadable, ObservationRefused) as refused:
                reason = "unreadable_event" if isinstance(refused, EventUnreadable) else "refused_observation"
                self._metrics.dead_letters.labels(reason).inc()
                letters.append(dead_letter(message, service="scoring", reason=reason, detail=str(refused)))
        if letters:
            await self._dead_letters.store_all(letters)
        if not observed:
            return
        started_s = monotonic_s()
        recorded = await record_activities(self._pool, self._cache, observed, now=self._clock.now())
        self._metrics.batch_seconds.observe(monotonic_s() - started_s)
        self._metrics.observations.labels("new").inc(recorded.activities)
        self._metrics.observations.labels("known").inc(len(observed) - recorded.activities)
        self._observe_age(batch[-1])
        _log.debug(
            "batch_recorded", observations=len(observed), days=recorded.days, trace_id=trace_id(observed[-1].traceparent)
        )

    def _observe_age(self, message: Msg) -> None:
        said = (message.headers or {}).get("ce-time")
        if said:
            age_s = (self._clock.now() - datetime.fromisoformat(said)).total_seconds()
            self._metrics.age_seconds.observe(max(age_s, 0.0))


def read_event(message: Msg) -> Observed:
    """The observation in a message.

    Raises:
        EventUnreadable: it is no JSON object, or lacks its id or source.
        ObservationRefused: what it says makes no sense.
    """
    headers = message.headers or {}
    try:
        document = _decoder.decode(message.data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise EventUnreadable("data is no JSON object") from None
    event_id, source = headers.get("ce-id"), document.get("source")
    if not event_id or not isinstance(source, str) or not source or "\x00" in source + event_id:
        raise EventUnreadable("no ce-id header or no source")
    return Observed(
        event_id=event_id,
        source=source,
        observation=observation_from(document),
        traceparent=headers.get(TRACEPARENT),
        history=headers.get(f"ce-{HISTORY_EXTENSION}") == "true",
    )


async def until_done(work: Callable[[], Awaitable[None]], stopping: asyncio.Event, metrics: ScoringMetrics) -> bool:
    """Do the work, again and again while a server is away; False when told to stop meanwhile."""
    wait_s = _RETRY_FIRST_S
    while True:
        try:
            await work()
        except AWAY as failed:
            metrics.retries.inc()
            _log.warning("batch_failed", error=type(failed).__name__, detail=str(failed), again_in_s=wait_s)
        else:
            return True
        try:
            async with asyncio.timeout(wait_s):
                await stopping.wait()
        except TimeoutError:
            wait_s = min(2 * wait_s, _RETRY_MOST_S)
        else:
            return False


async def _stop_when(stopping: asyncio.Event, loop: PullLoop) -> None:
    await stopping.wait()
    loop.stop()
