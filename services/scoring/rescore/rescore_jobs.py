"""Process pending rescores, beside the recording of observations."""

from collections.abc import Callable
from typing import Final

import asyncpg
import structlog

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.rescore.rescore_days import rescore_next_days
from shared.clock import Clock
from shared.service.background import BackgroundJob

_log = structlog.get_logger()
_INTERVAL_S: Final = 2.0
_JOBS: Final = 2
"""While one waits for Postgres, the other computes."""


def rescore_jobs(
    pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, *, on_step: Callable[[], None]
) -> list[BackgroundJob]:
    """Jobs that take step after step while there is one. They look every 2 s for what other replicas have requested; wake them
    after a request to this one."""
    return [_rescore_job(f"rescore_{number}", pool, cache, clock, on_step) for number in range(1, _JOBS + 1)]


def _rescore_job(
    name: str, pool: asyncpg.Pool, cache: DefinitionsCache, clock: Clock, on_step: Callable[[], None]
) -> BackgroundJob:
    steps = 0

    async def work() -> float | None:
        nonlocal steps
        if await rescore_next_days(pool, cache, now=clock.now()):
            steps += 1
            on_step()
            return 0.0
        if steps:
            _log.info("days_rescored", job=name, steps=steps)
            steps = 0
        return None

    return BackgroundJob(name, work, interval_s=_INTERVAL_S)
