"""What was decided and delivered, on its way to NUDGES."""

from collections.abc import Sequence

import asyncpg

from services.nudges import store
from services.nudges.deliveries import list_channels
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.jetstream import Publisher
from shared.outbox import OutboxRelay


def nudge_relay(pool: asyncpg.Pool, publisher: Publisher) -> OutboxRelay:
    """The relay of nudges' outbox."""
    return OutboxRelay(pool, publisher, store.QUERIES, source="/nudges", on_published=lambda _: None)


async def measure_queues(pool: asyncpg.Pool, channels: Sequence[str], clock: Clock, metrics: NudgesMetrics) -> None:
    """Bring the gauges up to date."""
    metrics.outbox.set(await pool.fetchval(store.QUERIES["count_outbox"]))
    for row in await pool.fetch(store.QUERIES["list_pauses"]):
        metrics.rule_paused.labels(row["rule"]).set(row["paused_at"] is not None)
    now = clock.now()
    for channel in await list_channels(pool, channels, now=now):
        metrics.note_channel(
            channel.name,
            waiting=channel.waiting,
            waiting_since=channel.waiting_since,
            failing_since=channel.failing_since,
            is_disabled=channel.disabled_at is not None,
            now=now,
        )
