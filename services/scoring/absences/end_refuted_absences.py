"""End entered absences on days on which something counts after all: late records, or a rep who is back earlier."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.entered_absences import delete_entered_days, list_refuted_days
from services.scoring.definitions.pending_rescores import request_rescore
from services.scoring.definitions.stored_definitions import bump_version
from shared.clock import Clock
from shared.service.background import BackgroundJob

_log = structlog.get_logger()
_INTERVAL_S: Final = 15.0


def refuted_absences_job(
    pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_change: Callable[[], None]
) -> BackgroundJob:
    """Looks every 15 s, and when a stepped clock moves."""

    async def work() -> None:
        ended = await end_refuted_absences(pool, cache, now=clock.now())
        if ended:
            _log.info("refuted_absences_ended", days=ended)
            on_change()

    return BackgroundJob("end_refuted_absences", work, interval_s=_INTERVAL_S, clock=clock)


async def end_refuted_absences(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> int:
    """Take these days back and have them scored again. Returns how many there were. Nobody waits unless there are some."""
    async with pool.acquire() as connection:
        if not await list_refuted_days(connection):
            return 0
        async with connection.transaction():
            await cache.lock(connection)
            refuted = await list_refuted_days(connection)
            if not await delete_entered_days(connection, refuted):
                return 0
            await bump_version(connection)
            for rep_id, day in refuted:
                await request_rescore(connection, [rep_id], first=day, last=day, needs_reassignment=False, now=now)
    return len(refuted)
