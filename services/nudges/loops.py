"""What nudges does by itself, when time passes: looks at middays, releases what was held, delivers what is queued."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from services.nudges.channels.channel import Channel
from services.nudges.deliver_nudges import AT_ONCE_MAX, deliver_nudges
from services.nudges.links import Links
from services.nudges.metrics import NudgesMetrics
from services.nudges.release_nudges import check_middays, release_held
from services.nudges.speak import Spoken
from services.nudges.store import AWAY
from shared.clock import Clock

_log = structlog.get_logger()
_LOOK_EVERY_S: Final = 1.0
Work = Callable[[datetime], Awaitable[bool]]
"""Does what is due at a time. Answers whether there may be more."""


class Loop:
    """Works when woken, when the clock moves, and once a second."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop."""
        stopped = asyncio.create_task(stopping.wait(), name="stop-loop")
        while not stopping.is_set():
            self._wake.clear()
            moved = asyncio.create_task(self._clock.wait_for_change(_LOOK_EVERY_S))
            woken = asyncio.create_task(self._wake.wait())
            try:
                while await self._work(self._clock.now()) and not stopping.is_set():
                    pass
            except AWAY as failed:
                _log.warning("loop_waits", error=type(failed).__name__, detail=str(failed))
            await asyncio.wait({stopped, moved, woken}, return_when=asyncio.FIRST_COMPLETED)
            moved.cancel()
            woken.cancel()


def timed_work(pool: asyncpg.Pool, metrics: NudgesMetrics, *, channels: Sequence[str], on_spoken: Callable[[], None]) -> Work:
    """Middays and held nudges."""

    def note(spoken: Sequence[Spoken]) -> None:
        for one in spoken:
            metrics.decided.labels(one.rule, one.status).inc()
            _log.info("nudge_decided", rule=one.rule, verdict=one.status)
        if spoken:
            on_spoken()

    async def work(now: datetime) -> bool:
        note(await release_held(pool, channels=channels, now=now))
        note(await check_middays(pool, channels=channels, now=now))
        return False

    return work


def delivering_work(
    pool: asyncpg.Pool,
    channels: Mapping[str, Channel],
    links: Links,
    metrics: NudgesMetrics,
    *,
    on_delivered: Callable[[], None],
) -> Work:
    """Queued deliveries."""

    async def work(now: datetime) -> bool:
        attempts = await deliver_nudges(pool, channels, links, metrics, now=now)
        if attempts:
            on_delivered()
        return attempts == AT_ONCE_MAX

    return work
