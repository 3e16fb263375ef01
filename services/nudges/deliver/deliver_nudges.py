"""Send what is queued for one channel: claim, send, record. A process that dies in between leaves a claim that another takes
over."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from services.nudges import store
from services.nudges.deliver.channels.channel import Channel, Delivered, Gone, Outcome, TryLater
from services.nudges.deliver.deliveries import Delivery, claim_due_deliveries
from services.nudges.deliver.report_announcement import report_telling
from services.nudges.deliver.retry_policy import asked_until, next_attempt, pause_of_channel
from services.nudges.links import Links, NoLinkSecret
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock, monotonic_s
from shared.events import NUDGE_DELIVERED, AnnouncementDelivered, Nudge, NudgeDelivered, NudgeKind
from shared.postgres.pool import Connection
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
_RECORD_AGAIN_S: Final = 0.5
_RECORD_ATTEMPTS_MAX: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliverer:
    """Delivers through one channel. `draw` is uniform in 0 to 1, and spreads the retries."""

    pool: asyncpg.Pool
    channel: Channel
    links: Links
    metrics: NudgesMetrics
    clock: Clock
    draw: Callable[[], float] = random.random

    async def claim(self, count_max: int) -> list[Delivery]:
        """What to attempt now, at most so many; what has waited for too long is given up."""
        claimed = await claim_due_deliveries(self.pool, self.channel, count_max=count_max, now=self.clock.now())
        if claimed.given_up:
            self.metrics.deliveries.labels(self.channel.name, "failed").inc(claimed.given_up)
            _log.warning("deliveries_given_up", channel=self.channel.name, count=claimed.given_up)
        return claimed.deliveries

    async def attempt(self, delivery: Delivery) -> None:
        """Send one and record what came of it."""
        started_s = monotonic_s()
        outcome = await self._send(delivery)
        await self._record(delivery, outcome)
        word = _WORDS.get(type(outcome), "failed")
        self.metrics.deliveries.labels(delivery.channel, word).inc()
        self.metrics.delivery_seconds.labels(delivery.channel).observe(monotonic_s() - started_s)
        _log.info(
            "nudge_attempted",
            nudge=delivery.nudge.id,
            rule=delivery.nudge.rule,
            channel=delivery.channel,
            outcome=word,
            attempts=delivery.attempts,
            error="" if isinstance(outcome, Delivered) else outcome.error,
            trace_id=trace_id(delivery.traceparent),
        )

    async def _send(self, delivery: Delivery) -> Outcome:
        try:
            return await self.channel.send(_with_link(delivery.nudge, self.links), attempts=delivery.attempts)
        except Exception as failed:  # noqa: BLE001 - one nudge that a channel stumbles over must not stop all others
            _log.exception("channel_failed", channel=delivery.channel, nudge=delivery.nudge.id)
            return TryLater(error=f"failed inside ({type(failed).__name__}); the log of nudges has more")

    async def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        """Again while Postgres is away: what is not recorded would be sent once more."""
        for left in reversed(range(_RECORD_ATTEMPTS_MAX)):
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    await _record(connection, delivery, outcome, draw=self.draw(), now=self.clock.now())
                return
            except store.AWAY:
                if not left:
                    raise
                await asyncio.sleep(_RECORD_AGAIN_S)


_WORDS: Final[dict[type, str]] = {Delivered: "delivered", TryLater: "retried"}


async def deliver_nudges(deliverer: Deliverer, *, count_max: int) -> int:
    """Attempt what is due, all at once. Returns how many attempts that were."""
    due = await deliverer.claim(count_max)
    await asyncio.gather(*[deliverer.attempt(delivery) for delivery in due])
    return len(due)


def _with_link(nudge: Nudge, links: Links) -> Nudge:
    """A definition can be read, and acknowledged, on the rep's own page; of all else they can say what they think of it, and of
    each part of a message by itself."""
    person = nudge.person.id
    try:
        parts = tuple(one.model_copy(update={"url": _url_of(one.id, one.kind, person, links)}) for one in nudge.parts)
        return nudge.model_copy(update={"url": _url_of(nudge.id, nudge.kind, person, links), "parts": parts})
    except NoLinkSecret:
        return nudge


def _url_of(nudge_id: str, kind: NudgeKind, person_id: str, links: Links) -> str:
    is_told = kind in (NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION)
    return links.of_rep(person_id) if is_told else links.of_answer(nudge_id, person_id)


async def _record(connection: Connection, delivery: Delivery, outcome: Outcome, *, draw: float, now: datetime) -> None:
    key = (delivery.nudge.id, delivery.channel)
    if isinstance(outcome, Delivered):
        await _record_delivered(connection, delivery, now=now)
        await connection.execute(store.QUERIES["mark_channel_delivering"], delivery.channel)
    elif isinstance(outcome, TryLater):
        again = next_attempt(delivery.attempts, asked_s=outcome.after_s, draw=draw, now=now)
        await connection.execute(store.QUERIES["mark_retry"], *key, delivery.attempts, again, outcome.error)
        failures = await connection.fetchval(store.QUERIES["mark_channel_failing"], delivery.channel, now, outcome.error)
        pause, asked = pause_of_channel(failures or 0, draw=draw, now=now), asked_until(outcome.after_s, now=now)
        if pause or asked:
            await connection.execute(store.QUERIES["mark_channel_paused"], delivery.channel, pause, asked)
    else:
        await connection.execute(store.QUERIES["mark_failed"], *key, delivery.attempts, outcome.error)
        if isinstance(outcome, Gone):
            await connection.execute(store.QUERIES["mark_channel_disabled"], delivery.channel, now, outcome.error)
            _log.error("channel_disabled", channel=delivery.channel, because=outcome.error)


async def _record_delivered(connection: Connection, delivery: Delivery, *, now: datetime) -> None:
    key = (delivery.nudge.id, delivery.channel)
    attempts = await connection.fetchval(store.QUERIES["mark_delivered"], *key, now)
    if attempts is None:
        return  # another process took over meanwhile and has recorded it
    body = NudgeDelivered(nudge_id=key[0], channel=key[1], attempts=attempts, delivered_at=now)
    await store.enqueue_event(
        connection,
        event_id=f"{key[0]}:{key[1]}",
        event_type=NUDGE_DELIVERED,
        subject=delivery.nudge.person.id,
        body=body,
        traceparent=continue_trace(delivery.traceparent),
        at=now,
    )
    await _note_told(connection, delivery, now=now)


async def _note_told(connection: Connection, delivery: Delivery, *, now: datetime) -> None:
    """With the first channel that takes an announcement the rep is told."""
    if delivery.nudge.kind is not NudgeKind.ANNOUNCEMENT:
        return
    told = await connection.fetchrow(store.QUERIES["mark_told"], delivery.nudge.id, now)
    if told is None:
        return
    await report_telling(connection, AnnouncementDelivered(**dict(told)), traceparent=delivery.traceparent, now=now)
