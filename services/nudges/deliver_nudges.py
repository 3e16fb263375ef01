"""Send what is queued: claim, send, record. A process that dies in between leaves a claim that another takes over."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from services.nudges import store
from services.nudges.channels.channel import LEASE_S, Channel, Delivered, GiveUp, Outcome, TryLater
from services.nudges.domain.retries import next_attempt
from services.nudges.links import Links, NoLinkSecret
from services.nudges.metrics import NudgesMetrics
from services.nudges.store import Delivery
from shared.clock import monotonic_s
from shared.events import NUDGE_DELIVERED, PLAYBOOK_TOLD, Nudge, NudgeDelivered, NudgeKind, PlaybookTold
from shared.postgres import Connection
from shared.trace import continue_trace, trace_id

_log = structlog.get_logger()
AT_ONCE_MAX: Final = 50


async def deliver_nudges(
    pool: asyncpg.Pool, channels: Mapping[str, Channel], links: Links, metrics: NudgesMetrics, *, now: datetime
) -> int:
    """Attempt what is due, all at once. Returns how many attempts that were."""
    due = await store.claim_due_deliveries(pool, now=now, count_max=AT_ONCE_MAX, lease_s=LEASE_S)
    await asyncio.gather(*[_deliver(pool, channels, links, metrics, delivery, now=now) for delivery in due])
    return len(due)


async def _deliver(
    pool: asyncpg.Pool,
    channels: Mapping[str, Channel],
    links: Links,
    metrics: NudgesMetrics,
    delivery: Delivery,
    *,
    now: datetime,
) -> None:
    channel = channels.get(delivery.channel)
    started_s = monotonic_s()
    outcome: Outcome = (
        await channel.send(_with_link(delivery.nudge, links), attempts=delivery.attempts)
        if channel is not None
        else GiveUp(error="this channel is no longer configured")
    )
    if isinstance(outcome, TryLater) and (channel is None or delivery.attempts >= channel.attempts_max):
        outcome = GiveUp(error=f"{outcome.error}; given up after {delivery.attempts} attempts")
    await _record(pool, delivery, outcome, now=now)
    word = {Delivered: "delivered", TryLater: "retried", GiveUp: "failed"}[type(outcome)]
    if channel is not None:
        metrics.deliveries.labels(delivery.channel, word).inc()
        metrics.delivery_seconds.labels(delivery.channel).observe(monotonic_s() - started_s)
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


def _with_link(nudge: Nudge, links: Links) -> Nudge:
    """A definition can be read, and acknowledged, on the rep's own page."""
    if nudge.kind is not NudgeKind.ANNOUNCEMENT:
        return nudge
    try:
        return nudge.model_copy(update={"url": links.of_rep(nudge.person.id)})
    except NoLinkSecret:
        return nudge


async def _record(pool: asyncpg.Pool, delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    key = (delivery.nudge.id, delivery.channel)
    async with pool.acquire() as connection, connection.transaction():
        if isinstance(outcome, Delivered):
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
        elif isinstance(outcome, TryLater):
            jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
            again = next_attempt(delivery.attempts, asked_s=outcome.after_s, jitter=jitter, now=now)
            await connection.execute(store.QUERIES["mark_retry"], *key, again, outcome.error)
        else:
            await connection.execute(store.QUERIES["mark_failed"], *key, outcome.error)


async def _note_told(connection: Connection, delivery: Delivery, *, now: datetime) -> None:
    """With the first channel that takes an announcement the rep is told."""
    if delivery.nudge.kind is not NudgeKind.ANNOUNCEMENT:
        return
    told = await connection.fetchrow(store.QUERIES["mark_told"], delivery.nudge.id, now)
    if told is None:
        return
    body = PlaybookTold(**dict(told))
    await store.enqueue_event(
        connection,
        event_id=f"{body.rep_id}:{body.version}:{PLAYBOOK_TOLD}",
        event_type=PLAYBOOK_TOLD,
        subject=body.rep_id,
        body=body,
        traceparent=continue_trace(delivery.traceparent),
        at=now,
    )
