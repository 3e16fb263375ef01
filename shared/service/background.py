"""Work that a service does by itself, again and again, beside what it is sent."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from shared.clock import Clock, SystemClock
from shared.errors import in_english
from shared.jetstream.progress import Progress
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_MOVE_S: Final = 3_600.0
_RETRY_S: Final = 1.0
_HANGING_S: Final = 60.0

Work = Callable[[], Awaitable[float | None]]
"""Does what is due. Returns after how many seconds to look again; None for the job's usual interval."""


class BackgroundJob:
    """Works when woken, when a stepped clock moves, and at the latest after `interval_s`. While a server is down it logs the
    error and tries again after a second."""

    def __init__(self, name: str, work: Work, *, interval_s: float = 1.0, clock: Clock | None = None) -> None:
        self.name = name
        self._work = work
        self._interval_s = interval_s
        self._clock = clock if clock is not None else SystemClock()
        self._woken = asyncio.Event()
        self.progress = Progress(f"the job {name}", server="Postgres", hanging_s=_HANGING_S)

    def wake(self) -> None:
        """There may be something to do now."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop."""
        stopped = asyncio.create_task(stopping.wait(), name=f"stop-{self.name}")
        try:
            while not stopping.is_set():
                await self._work_and_wait(stopped)
        finally:
            stopped.cancel()

    async def _work_and_wait(self, stopped: asyncio.Task[bool]) -> None:
        """Do what is due, and return when there may be something to do again, or when the job is stopped."""
        self._woken.clear()
        moved = asyncio.create_task(self._clock.wait_for_change(_MOVE_S))
        woken = asyncio.create_task(self._woken.wait())
        try:
            await asyncio.sleep(0)  # both must be waiting when the work reads the clock; a step right after it would be missed
            wait_s = await self._do_work()
            await asyncio.wait({stopped, moved, woken}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()
            woken.cancel()

    async def _do_work(self) -> float:
        try:
            with self.progress.attempt():
                wait_s = await self._work()
        except TRANSIENT_ERRORS as failed:
            _log.warning(
                "job_failed", job=self.name, error=type(failed).__name__, detail=in_english(failed), retry_in_s=_RETRY_S
            )
            return _RETRY_S
        return self._interval_s if wait_s is None else wait_s


def measuring_job(
    gauges: Mapping[str, Callable[[], Awaitable[None]]], *, name: str = "measure", interval_s: float = 5.0
) -> BackgroundJob:
    """Brings gauges up to date. One that cannot be read keeps its value, and the log says so."""

    async def measure() -> None:
        for gauge, read in gauges.items():
            try:
                await read()
            except TRANSIENT_ERRORS as failed:
                _log.warning("not_measured", gauge=gauge, error=type(failed).__name__)

    return BackgroundJob(name, measure, interval_s=interval_s)
