"""What nudges does by itself, when time passes: looks at effects and at days, re-checks the watch for drops, releases
what was held."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

import asyncpg
import structlog

from services.nudges.context.watch_feeds import watch_feeds
from services.nudges.decide.compose import Spoken
from services.nudges.decide.manager_digests import look_at_teams
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.decide.release_deferred import release_held
from services.nudges.decide.scheduled import take_looks
from services.nudges.deliver.channels.channel import Channel
from services.nudges.deliver.deliveries import give_up_orphans
from services.nudges.domain.day_plan_subscribers import Wanted
from services.nudges.experiments.calibration import plan_calibrations, recheck_teams
from services.nudges.experiments.measure_effects import pause_harmful_rules
from services.nudges.metrics import NudgesMetrics
from services.nudges.store import AWAY
from shared.clock import Clock

_log = structlog.get_logger()
_LOOK_EVERY_S: Final = 1.0
_WATCH_FEEDS_EVERY: Final = timedelta(minutes=1)
_PLAN_RECHECKS_EVERY: Final = timedelta(minutes=1)
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


def timed_work(
    pool: asyncpg.Pool,
    metrics: NudgesMetrics,
    *,
    channels: Mapping[str, Channel],
    lottery: Lottery,
    digest_at: time,
    wanted: Wanted,
    on_spoken: Callable[[], None],
) -> Work:
    """Quiet feeds, held nudges, looks at days and at teams, and what waits for a channel that is no longer there."""
    names = tuple(channels)
    feeds_watched_at = datetime.min.replace(tzinfo=UTC)

    def note(spoken: Sequence[Spoken]) -> None:
        for one in spoken:
            metrics.decided.labels(one.rule, one.status).inc()
            _log.info("nudge_decided", rule=one.rule, verdict=one.status)
        if spoken:
            on_spoken()

    async def work(now: datetime) -> bool:
        nonlocal feeds_watched_at
        if now - feeds_watched_at >= _WATCH_FEEDS_EVERY:
            await watch_feeds(pool, now=now)
            feeds_watched_at = now
        note(await release_held(pool, channels=names, lottery=lottery, wanted=wanted, now=now))
        note(await take_looks(pool, channels=names, lottery=lottery, wanted=wanted, now=now))
        note(await look_at_teams(pool, channels=names, look_at=digest_at, now=now))
        await give_up_orphans(pool, channels, now=now)
        return False

    return work


def seldom_work(pool: asyncpg.Pool, metrics: NudgesMetrics) -> dict[str, Work]:
    """What takes seconds and is seldom due, each in a loop of its own."""
    return {"effects": effects_work(pool), "recheck": recheck_work(pool, metrics)}


def effects_work(pool: asyncpg.Pool) -> Work:
    """The look at the effects, by itself: over years of nudges it takes seconds, for which nobody's nudge should wait."""

    async def work(now: datetime) -> bool:
        await pause_harmful_rules(pool, now=now)
        return False

    return work


def recheck_work(pool: asyncpg.Pool, metrics: NudgesMetrics) -> Work:
    """The weekly re-check of the watch for drops, by itself: it takes seconds for each team."""
    planned_at = datetime.min.replace(tzinfo=UTC)

    async def work(now: datetime) -> bool:
        nonlocal planned_at
        if now - planned_at >= _PLAN_RECHECKS_EVERY:
            await plan_calibrations(pool, now=now)
            planned_at = now
        for found in await recheck_teams(pool, now=now):
            metrics.rechecks.labels(found.outcome).inc()
        return False

    return work
