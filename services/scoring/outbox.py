"""Scoring's outbox: reports of days and announcements on their way to the stream SCORES."""

import asyncpg

from services.scoring.metrics import ScoringMetrics
from shared.clock import Clock
from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import OutboxRelay, find_outbox_state


def report_relay(pool: asyncpg.Pool, publisher: Publisher, metrics: ScoringMetrics) -> OutboxRelay:
    """The relay that publishes the outbox and counts what it published."""

    def count(event_type: str) -> None:
        subject, verb, _ = event_type.split(".")
        (metrics.days if subject == "day" else metrics.announcements).labels(verb).inc()

    return OutboxRelay(pool, publisher, source="/scoring", on_published=count)


async def measure_outbox(pool: asyncpg.Pool, clock: Clock, metrics: ScoringMetrics) -> None:
    """Bring the gauges of the outbox up to date."""
    state = await find_outbox_state(pool)
    metrics.outbox.set(state.waiting)
    metrics.outbox_age_seconds.set(state.oldest_age_s(clock.now()))
