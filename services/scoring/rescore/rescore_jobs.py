"""Works off what is to be scored anew, beside the live observations."""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.rescore.rescore_days import rescore_some
from shared.clock import Clock

_log = structlog.get_logger()
_LOOK_EVERY_S: Final = 2.0
_AT_ONCE: Final = 2
"""While one waits for Postgres the other reckons."""
_RETRY_S: Final = 1.0
_AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class RescoreLoop:
    """Wakes when this replica was asked for something, and looks every 2 s for what others were."""

    def __init__(self, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_rescored: Callable[[], None]) -> None:
        self._pool = pool
        self._cache = cache
        self._clock = clock
        self._on_rescored = on_rescored
        self._asked = asyncio.Event()

    def wake(self) -> None:
        self._asked.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Score anew until told to stop. What is not done by then waits in its table."""
        stopped = asyncio.create_task(stopping.wait(), name="stop-rescore-loop")
        while not stopping.is_set():
            self._asked.clear()
            wait_s = await self._work(stopping)
            asked = asyncio.create_task(self._asked.wait())
            await asyncio.wait({stopped, asked}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()

    async def _work(self, stopping: asyncio.Event) -> float:
        """Do all that waits. Returns after how many seconds to look again."""
        try:
            done = sum(await asyncio.gather(*[self._take_steps(stopping) for _ in range(_AT_ONCE)]))
        except _AWAY as failed:
            _log.warning("rescoring_failed", error=type(failed).__name__, detail=str(failed))
            return _RETRY_S
        if done:
            _log.info("rescored", steps=done)
        return _LOOK_EVERY_S

    async def _take_steps(self, stopping: asyncio.Event) -> int:
        steps = 0
        while not stopping.is_set() and await rescore_some(self._pool, self._cache, now=self._clock.now()):
            steps += 1
            self._on_rescored()
        return steps
