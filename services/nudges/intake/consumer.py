"""The reports and announcements from SCORES, one by one, with FastStream.

The consumer is provisioned from the declared table; FastStream binds to it and declares nothing (`declare=False`), since its
own declaration would rewrite the stream. Messages are acknowledged by hand, after the commit.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg
import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from pydantic import ValidationError

from services.nudges.decide.announce import tell_definition, withdraw_definition
from services.nudges.decide.compose import Spoken
from services.nudges.decide.on_change import decide_nudges
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.metrics import NudgesMetrics
from services.nudges.store import AWAY
from shared.clock import Clock
from shared.events import PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN, DayReport, PlaybookAnnounced, PlaybookWithdrawn
from shared.jetstream.dead_letters import dead_letter
from shared.jetstream.publisher import NotStored, Publisher
from shared.jetstream.streams import NUDGES_CONSUMER, SCORES
from shared.trace import HEADER as TRACEPARENT
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_AT_ONCE: Final = 20
_AGAIN_S: Final = 1
_MODELS: Final[dict[str, type[DayReport | PlaybookAnnounced | PlaybookWithdrawn]]] = {
    PLAYBOOK_ANNOUNCED: PlaybookAnnounced,
    PLAYBOOK_WITHDRAWN: PlaybookWithdrawn,
}
_SUBJECT: Final = "*.*.v1"


class ReportConsumer:
    """Considers each; one that cannot be read is set aside, one that meets an absent server comes again."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        dead_letters: Publisher,
        clock: Clock,
        metrics: NudgesMetrics,
        *,
        channels: Sequence[str],
        lottery: Lottery,
        forget_key: bytes,
        on_decided: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._dead_letters = dead_letters
        self._clock = clock
        self._metrics = metrics
        self._channels = channels
        self._lottery = lottery
        self._forget_key = forget_key
        self._on_decided = on_decided

    def subscribe(self, broker: NatsBroker) -> None:
        """Register with a broker that is not started yet."""
        subscriber = broker.subscriber(
            _SUBJECT,
            stream=JStream(SCORES, declare=False),
            durable=NUDGES_CONSUMER,
            pull_sub=PullSub(batch_size=_AT_ONCE, timeout=1.0),
            ack_policy=AckPolicy.MANUAL,
            decoder=_as_bytes,
            title="day reports and announcements",
            description="The newest report of a rep's day, or a definition that a rep is to be told of.",
        )
        subscriber(self.consider)

    async def consider(self, data: bytes, message: NatsMessage) -> None:
        """Handle one message of SCORES."""
        try:
            await self._consider(data, message)
        except (*AWAY, NotStored) as failed:
            _log.warning("report_not_considered", error=type(failed).__name__, detail=str(failed))
            await message.nack(delay=_AGAIN_S)
        else:
            await message.ack()

    async def _consider(self, data: bytes, message: NatsMessage) -> None:
        model = _MODELS.get(message.raw_message.subject, DayReport)
        try:
            event = model.model_validate_json(data)
        except ValidationError as refused:
            await self._set_aside(refused, message, "unreadable_report" if model is DayReport else "unreadable_announcement")
            return
        traceparent = continue_trace(message.headers.get(TRACEPARENT))
        given: dict[str, Any] = {
            "channels": self._channels,
            "forget_key": self._forget_key,
            "traceparent": traceparent,
            "now": self._clock.now(),
        }
        spoken: list[Spoken] = []
        if isinstance(event, PlaybookWithdrawn):
            newer = await withdraw_definition(self._pool, event)
            self._metrics.announcements.labels("withdrawn" if newer else "stale").inc()
        elif isinstance(event, PlaybookAnnounced):
            newer, told = await tell_definition(self._pool, event, **given)
            spoken = [told] if told is not None else []
            self._metrics.announcements.labels("new" if newer else "stale").inc()
        else:
            newer, spoken = await decide_nudges(self._pool, event, **given, lottery=self._lottery)
            self._metrics.reports.labels("new" if newer else "stale").inc()
        for one in spoken:
            self._metrics.decided.labels(one.rule, one.status).inc()
            _log.info("nudge_decided", rule=one.rule, verdict=one.status, trace_id=trace_id(traceparent))
        if spoken:
            self._on_decided()

    async def _set_aside(self, refused: ValidationError, message: NatsMessage, reason: str) -> None:
        detail = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in refused.errors()[:5])
        self._metrics.dead_letters.labels(reason).inc()
        raw = message.raw_message
        await self._dead_letters.store(dead_letter(raw, service="nudges", reason=reason, detail=detail))


async def _as_bytes(message: NatsMessage) -> bytes:
    """Keep FastStream from reading the body: a bad one is ours to set aside."""
    return message.body
