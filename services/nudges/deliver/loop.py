"""The delivery loop of one channel. It claims deliveries as places become free, so a slow one holds only its own place."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from services.nudges.deliver.deliver_nudges import Deliverer
from services.nudges.deliver.deliveries import Delivery
from shared.service.background import BackgroundJob
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_INTERVAL_S: Final = 1.0
_FINISH_TIMEOUT_S: Final = 3.0


class DeliveryLoop:
    """Starts attempts when woken, when a place becomes free, when a stepped clock moves, and once a second."""

    def __init__(self, deliverer: Deliverer, *, on_delivered: Callable[[], None]) -> None:
        self.name = f"deliver_{deliverer.channel.name}"
        self._deliverer = deliverer
        self._on_delivered = on_delivered
        self._attempts: set[asyncio.Task[None]] = set()
        self._job = BackgroundJob(self.name, self._start_attempts, interval_s=_INTERVAL_S, clock=deliverer.clock)

    def wake(self) -> None:
        """There may be something to deliver now."""
        self._job.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop. An attempt that does not end in time then is left to its lease."""
        await self._job.run(stopping)
        if self._attempts:
            _, unfinished = await asyncio.wait(self._attempts, timeout=_FINISH_TIMEOUT_S)
            for attempt in unfinished:
                attempt.cancel()

    async def _start_attempts(self) -> None:
        self._remove_finished()
        free_places = self._deliverer.channel.at_once_max - len(self._attempts)
        if not free_places:
            return
        for delivery in await self._deliverer.claim(free_places):
            attempt = asyncio.create_task(self._attempt(delivery))
            attempt.add_done_callback(lambda _: self._job.wake())
            self._attempts.add(attempt)

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            await self._deliverer.attempt(delivery)
        except TRANSIENT_ERRORS as failed:
            _log.warning(
                "delivery_not_recorded", nudge=delivery.nudge.id, channel=delivery.channel, error=type(failed).__name__
            )
        self._on_delivered()

    def _remove_finished(self) -> None:
        """Make room. A bug in an attempt ends the loop, and with it the process, which its supervisor starts again."""
        finished = {attempt for attempt in self._attempts if attempt.done()}
        self._attempts -= finished
        for attempt in finished:
            attempt.result()
