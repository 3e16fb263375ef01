"""Work through the batches of a pull loop: each is retried while a server is down, then acknowledged, or returned on stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import structlog
from nats.aio.msg import Msg

from shared.errors import in_english
from shared.jetstream.progress import Progress
from shared.jetstream.pull_loop import PullLoop
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_RETRY_FIRST_S: Final = 0.1
_RETRY_MAX_S: Final = 5.0
BUG_RETRY_S: Final = 30.0

Handle = Callable[[list[Msg]], Awaitable[Sequence[Msg]]]
"""Handles a batch. Returns those of its messages at which the code failed: they are delivered again half a minute later, so
that a corrected version can still handle them."""


async def work_through(
    loop: PullLoop,
    handle: Handle,
    stopping: asyncio.Event,
    progress: Progress,
    *,
    concurrency: int,
    on_done: Callable[[], None],
    on_retry: Callable[[], None],
) -> None:
    """Handle batches until told to stop, up to `concurrency` at the same time. A batch is acknowledged only after `handle` has
    returned; one that is not done by the stop goes back to the server. `on_retry` is called when a server refused a batch."""

    async def finish(batch: list[Msg]) -> None:
        failed = await _retry_until_done(partial(handle, batch), stopping, progress, on_retry)
        if failed is None:
            await loop.give_back(batch, delay_s=0)
            return
        if done := [message for message in batch if message not in failed] if failed else batch:
            await loop.ack(done)
            on_done()
        if failed:
            await loop.give_back(failed, delay_s=BUG_RETRY_S)

    stop = asyncio.create_task(_stop_when(stopping, loop), name="stop-pull-loop")
    slots = asyncio.Semaphore(concurrency)
    try:
        async with asyncio.TaskGroup() as group:
            await slots.acquire()
            async for batch in loop:
                group.create_task(finish(batch)).add_done_callback(lambda _: slots.release())
                await slots.acquire()
    finally:
        stop.cancel()


async def _retry_until_done(
    work: Callable[[], Awaitable[Sequence[Msg]]], stopping: asyncio.Event, progress: Progress, on_retry: Callable[[], None]
) -> Sequence[Msg] | None:
    """Do the work, again and again while a server is down. None if told to stop before it was done."""
    wait_s = _RETRY_FIRST_S
    while True:
        try:
            with progress.attempt():
                return await work()
        except TRANSIENT_ERRORS as failed:
            on_retry()
            _log.warning("batch_failed", error=type(failed).__name__, detail=in_english(failed), retry_in_s=wait_s)
        try:
            async with asyncio.timeout(wait_s):
                await stopping.wait()
        except TimeoutError:
            wait_s = min(2 * wait_s, _RETRY_MAX_S)
        else:
            return None


async def _stop_when(stopping: asyncio.Event, loop: PullLoop) -> None:
    await stopping.wait()
    loop.stop()
