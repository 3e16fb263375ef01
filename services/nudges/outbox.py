"""What was decided and delivered, on its way to NUDGES."""

from datetime import timedelta

import asyncpg

from services.nudges import store
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.jetstream import Publisher
from shared.outbox import OutboxRelay


def nudge_relay(pool: asyncpg.Pool, publisher: Publisher) -> OutboxRelay:
    """The relay of nudges' outbox."""
    return OutboxRelay(pool, publisher, store.QUERIES, source="/nudges", on_published=lambda _: None)


async def measure_queues(pool: asyncpg.Pool, clock: Clock, metrics: NudgesMetrics) -> None:
    """Bring the gauges up to date."""
    state = await store.find_queue_state(pool)
    age = clock.now() - state.oldest_due_at if state.oldest_due_at is not None else timedelta()
    metrics.outbox.set(state.outbox_waiting)
    metrics.waiting.set(state.deliveries_waiting)
    metrics.waiting_age_seconds.set(max(age.total_seconds(), 0.0))
