"""Scoring's outbox: reports of days and announcements on their way to the stream SCORES."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

from services.scoring.metrics import ScoringMetrics
from shared.clock import Clock, monotonic_s
from shared.jetstream.publisher import Publisher
from shared.postgres.outbox import LeasedEvent, OutboxRelay, find_outbox_state
from shared.service.background import BackgroundJob
from shared.transient_errors import TRANSIENT_ERRORS

_INTERVAL_S: Final = 1.0


class ReportRelay:
    """Publishes what this process has just committed from memory, and everything else when woken, or once a second."""

    def __init__(self, pool: asyncpg.Pool, publisher: Publisher, metrics: ScoringMetrics) -> None:
        def count(event_type: str) -> None:
            subject, verb, _ = event_type.split(".")
            (metrics.days if subject == "day" else metrics.announcements).labels(verb).inc()

        self._relay = OutboxRelay(pool, publisher, source="/scoring", on_published=count)
        self._job = BackgroundJob("outbox", self._work, interval_s=_INTERVAL_S)
        self._others_due_s = 0.0
        self.name = self._job.name
        self.progress = self._job.progress

    def publish(self, events: Sequence[LeasedEvent]) -> None:
        """Publish these now. Their transaction is committed."""
        self._relay.take(events)
        self._job.wake()

    def wake(self) -> None:
        """There may be rows that nobody holds a lease of."""
        self._others_due_s = 0.0
        self._job.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """Publish until told to stop, and delete at last what was published."""
        await self._job.run(stopping)
        try:
            await self.publish_all()
        except TRANSIENT_ERRORS:
            return  # another process publishes the rest when the leases end

    async def publish_all(self) -> None:
        """Publish everything that is committed, except what another process holds a lease of.

        Raises:
            NotStored: JetStream did not confirm; the rows stay.
        """
        await self._relay.publish_leased()
        await self._relay.relay_others()

    async def _work(self) -> None:
        await self._relay.publish_leased()
        if monotonic_s() >= self._others_due_s:
            self._others_due_s = monotonic_s() + _INTERVAL_S
            try:
                await self._relay.relay_others()
            except BaseException:
                self._others_due_s = 0.0
                raise


async def measure_outbox(pool: asyncpg.Pool, clock: Clock, metrics: ScoringMetrics) -> None:
    """Bring the gauges of the outbox up to date."""
    state = await find_outbox_state(pool)
    metrics.outbox.set(state.waiting)
    metrics.outbox_age_seconds.set(state.oldest_age_s(clock.now()))
