"""Opens and closes days on time: at each rep's midnight, when a stepped clock moves, and after a change of definitions."""

from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from services.scoring.days.open_and_close_days import next_midnight, open_and_close_days
from services.scoring.definitions.cache import DefinitionsCache
from shared.clock import Clock
from shared.service.background import BackgroundJob

_log = structlog.get_logger()
_INTERVAL_S: Final = 15.0


def day_job(pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_change: Callable[[], None]) -> BackgroundJob:
    """Looks every 15 s, and to the second when a midnight is near."""

    async def work() -> float:
        now = clock.now()
        days = await open_and_close_days(pool, cache, now=now)
        async with pool.acquire() as connection:
            midnight = next_midnight(await cache.read(connection), now=now)
        if days.opened or days.closed:
            _log.info("days_opened_and_closed", opened=days.opened, closed=days.closed)
            on_change()
        until_midnight_s = (midnight - now).total_seconds() if midnight is not None else _INTERVAL_S
        return min(max(until_midnight_s, 0.0), _INTERVAL_S)

    return BackgroundJob("open_and_close_days", work, interval_s=_INTERVAL_S, clock=clock)
