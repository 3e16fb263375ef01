"""The pull loop over ACTIVITIES: read each message, set aside what makes no sense, record the rest as one batch."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

import asyncpg
import msgspec
import structlog
from nats.aio.msg import Msg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.metrics import ScoringMetrics
from services.scoring.record.batches import work_through
from services.scoring.record.record_activities import Observed, record_activities
from services.scoring.record.slices import slices
from shared.clock import Clock, monotonic_s
from shared.errors import DaymarkError
from shared.events import HISTORY_HEADER
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import dead_letter
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from shared.observation import NO_JSON, Observation, ObservationRefused, observation_from, read_at_once
from shared.trace import trace_id

_log = structlog.get_logger()
_BATCHES_AT_ONCE: Final = 3
"""Two more are asked for meanwhile: `shared/jetstream/streams.py` lets so many messages of several replicas out at a time."""
_NOT_SAID: Final = "no ce-id header or no source"


class _Event(Observation, frozen=True, kw_only=True):
    """The body of activity.observed.v1, which is recorded as the observation that it is."""

    source: Annotated[str, msgspec.Meta(min_length=1)]


_event_decoder: Final = msgspec.json.Decoder(_Event)
_decoder: Final = msgspec.json.Decoder(dict[str, object])


class EventUnreadable(DaymarkError):
    """The message is no activity.observed.v1. It was set aside; correct its publisher."""


class ActivityConsumer:
    """Keeps a batch until it is recorded; messages are acknowledged only after the commit."""

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

        While Postgres works on one batch, others are read and merged; in which order they are committed changes nothing.
        """
        await work_through(
            self._loop, self._handle, stopping, self._metrics, at_once=_BATCHES_AT_ONCE, on_done=self._on_recorded
        )

    async def _handle(self, batch: list[Msg]) -> None:
        observed: list[Observed] = []
        letters: list[Outgoing] = []
        async for some in slices(batch):
            for message in some:
                try:
                    observed.append(read_event(message))
                except (EventUnreadable, ObservationRefused) as refused:
                    letters.append(self._letter(message, refused))
        if letters:
            await self._dead_letters.store_all(letters)
        if not observed:
            return
        started_s = monotonic_s()
        recorded = await record_activities(self._pool, self._cache, observed, now=self._clock.now())
        self._metrics.batch_seconds.observe(monotonic_s() - started_s)
        self._metrics.observations.labels("new").inc(recorded.activities)
        self._metrics.observations.labels("known").inc(len(observed) - recorded.activities)
        self._metrics.forgotten.inc(recorded.forgotten)
        self._observe_age(batch[-1])
        _log.debug(
            "batch_recorded", observations=len(observed), days=recorded.days, trace_id=trace_id(observed[-1].traceparent)
        )

    def _letter(self, message: Msg, refused: EventUnreadable | ObservationRefused) -> Outgoing:
        reason = "unreadable_event" if isinstance(refused, EventUnreadable) else "refused_observation"
        self._metrics.dead_letters.labels(reason).inc()
        return dead_letter(message, service="scoring", reason=reason, detail=str(refused))

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
    event_id = headers.get("ce-id")
    if not event_id or "\x00" in event_id:
        raise EventUnreadable(_NOT_SAID)
    said = read_at_once(message.data, _event_decoder)
    source, observation = (said.source, said) if said is not None else _read_closely(message.data)
    return Observed(
        event_id=event_id,
        source=source,
        observation=observation,
        history=headers.get(HISTORY_HEADER) == "true",
        headers=headers,
    )


def _read_closely(body: bytes) -> tuple[str, Observation]:
    """Source and observation of an event that could not be read at once."""
    try:
        document = _decoder.decode(body)
    except NO_JSON:
        raise EventUnreadable("data is no JSON object") from None
    source = document.get("source")
    if not isinstance(source, str) or not source or "\x00" in source:
        raise EventUnreadable(_NOT_SAID)
    return source, observation_from(document)
