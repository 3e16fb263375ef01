"""What was decided and delivered, on its way to NUDGES."""

from collections.abc import Sequence

import asyncpg

from services.nudges import store
from services.nudges.context.list_silent_feeds import list_quiet_feeds
from services.nudges.deliver.deliveries import list_channels
from services.nudges.metrics import NudgesMetrics
from shared.clock import Clock
from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import OutboxRelay


def nudge_relay(pool: asyncpg.Pool, publisher: Publisher) -> OutboxRelay:
    """The relay of nudges' outbox."""
    return OutboxRelay(pool, publisher, store.QUERIES, source="/nudges", on_published=lambda _: None)


async def measure_queues(pool: asyncpg.Pool, channels: Sequence[str], clock: Clock, metrics: NudgesMetrics) -> None:
    """Bring the gauges up to date."""
    metrics.outbox.set(await pool.fetchval(store.QUERIES["count_outbox"]))
    metrics.note_quiet_feeds(feed.team for feed in (await list_quiet_feeds(pool)).quiet)
    for row in await pool.fetch(store.QUERIES["list_pauses"]):
        metrics.rule_paused.labels(row["rule"]).set(row["paused_at"] is not None)
    now = clock.now()
    due_at = await pool.fetchval(store.QUERIES["find_oldest_recheck"])
    metrics.recheck_overdue_seconds.set(max((now - due_at).total_seconds(), 0.0) if due_at is not None else 0.0)
    for channel in await list_channels(pool, channels, now=now):
        metrics.note_channel(
            channel.name,
            waiting=channel.waiting,
            waiting_since=channel.waiting_since,
            failing_since=channel.failing_since,
            is_disabled=channel.disabled_at is not None,
            now=now,
        )
