"""Turns days on time: at each rep's midnight, when the stepped clock moves, and after a change of definitions."""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from services.scoring.days.open_and_close_days import next_turn, turn_days
from services.scoring.definitions.cache import DefinitionsCache
from shared.clock import Clock

_log = structlog.get_logger()
_LOOK_EVERY_S: Final = 15.0
_RETRY_S: Final = 1.0
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class DayLoop:
    """Looks at least every 15 s, and to the second when a midnight is near."""

    def __init__(self, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_turned: Callable[[], None]) -> None:
        self._pool = pool
        self._cache = cache
        self._clock = clock
        self._on_turned = on_turned

    async def run(self, stopping: asyncio.Event) -> None:
        """Turn days until told to stop."""
        stopped = asyncio.create_task(stopping.wait(), name="stop-day-loop")
        while not stopping.is_set():
            wait_s = await self._turn()
            moved = asyncio.create_task(self._clock.wait_for_change(wait_s))
            await asyncio.wait({stopped, moved}, return_when=asyncio.FIRST_COMPLETED)
            moved.cancel()

    async def _turn(self) -> float:
        """Turn what is due. Returns after how many seconds to look again."""
        now = self._clock.now()
        try:
            turned = await turn_days(self._pool, self._cache, now=now)
            async with self._pool.acquire() as connection:
                next_at = next_turn(await self._cache.read(connection), now=now)
        except _AWAY as failed:
            _log.warning("turning_days_failed", error=type(failed).__name__, detail=str(failed))
            return _RETRY_S
        if turned.opened or turned.closed:
            _log.info("days_turned", opened=turned.opened, closed=turned.closed)
            self._on_turned()
        until_next_s = (next_at - now).total_seconds() if next_at is not None else _LOOK_EVERY_S
        return min(max(until_next_s, 0.0), _LOOK_EVERY_S)
