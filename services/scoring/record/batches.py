"""Work through what a pull loop brings: each batch is done, again and again while a server is away, or given back."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import asyncpg
import structlog
from nats.aio.msg import Msg

from services.scoring.metrics import ScoringMetrics
from shared.jetstream.publisher import NotStored
from shared.jetstream.pull_loop import PullLoop

_log = structlog.get_logger()
_RETRY_FIRST_S: Final = 0.1
_RETRY_MOST_S: Final = 5.0
AWAY: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, NotStored)
"""What a server that is away, restarting or busy looks like. None of it says anything about the messages."""


async def work_through(
    loop: PullLoop,
    handle: Callable[[list[Msg]], Awaitable[None]],
    stopping: asyncio.Event,
    metrics: ScoringMetrics,
    *,
    at_once: int,
    on_done: Callable[[], None],
) -> None:
    """Until told to stop, so many batches at once. One is acknowledged only when `handle` has returned; one that is not done
    by then goes back."""

    async def finish(batch: list[Msg]) -> None:
        if await _until_done(partial(handle, batch), stopping, metrics):
            await loop.ack(batch)
            on_done()
        else:
            await loop.give_back(batch, delay_s=0)

    ending = asyncio.create_task(_stop_when(stopping, loop), name="stop-consumer")
    slots = asyncio.Semaphore(at_once)
    try:
        async with asyncio.TaskGroup() as group:
            await slots.acquire()
            async for batch in loop:
                group.create_task(finish(batch)).add_done_callback(lambda _: slots.release())
                await slots.acquire()
    finally:
        ending.cancel()


async def _until_done(work: Callable[[], Awaitable[None]], stopping: asyncio.Event, metrics: ScoringMetrics) -> bool:
    """Do the work, again and again while a server is away; False when told to stop meanwhile."""
    wait_s = _RETRY_FIRST_S
    while True:
        try:
            await work()
        except AWAY as failed:
            metrics.retries.inc()
            _log.warning("batch_failed", error=type(failed).__name__, detail=str(failed), again_in_s=wait_s)
        else:
            return True
        try:
            async with asyncio.timeout(wait_s):
                await stopping.wait()
        except TimeoutError:
            wait_s = min(2 * wait_s, _RETRY_MOST_S)
        else:
            return False


async def _stop_when(stopping: asyncio.Event, loop: PullLoop) -> None:
    await stopping.wait()
    loop.stop()
