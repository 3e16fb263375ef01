"""The reports of days on their way to SCORES."""

from datetime import timedelta

import asyncpg

from services.scoring import store
from services.scoring.metrics import ScoringMetrics
from shared.clock import Clock
from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import OutboxRelay


def report_relay(pool: asyncpg.Pool, publisher: Publisher, metrics: ScoringMetrics) -> OutboxRelay:
    """The relay of scoring's outbox."""

    def count(event_type: str) -> None:
        what, did, _ = event_type.split(".")
        if what == "day":
            metrics.days.labels(did).inc()
        else:
            metrics.announcements.labels(did).inc()

    return OutboxRelay(pool, publisher, store.QUERIES, source="/scoring", on_published=count)


async def measure_outbox(pool: asyncpg.Pool, clock: Clock, metrics: ScoringMetrics) -> None:
    """Bring the gauges up to date."""
    waiting, oldest = await store.find_outbox_state(pool)
    age = clock.now() - oldest if oldest is not None else timedelta()
    metrics.outbox.set(waiting)
    metrics.outbox_age_seconds.set(max(age.total_seconds(), 0.0))
