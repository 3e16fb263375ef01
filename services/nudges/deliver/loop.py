"""One channel's deliveries, claimed as places come free: a slow one holds its place, and nothing else."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from services.nudges.deliver.deliver_nudges import Deliverer
from services.nudges.deliver.deliveries import Delivery
from services.nudges.store import AWAY

_log = structlog.get_logger()
_LOOK_EVERY_S: Final = 1.0
_FINISH_S: Final = 3.0


class DeliveryLoop:
    """Works when woken, when a place comes free, when the clock moves, and once a second."""

    def __init__(self, deliverer: Deliverer, *, on_delivered: Callable[[], None]) -> None:
        self.channel = deliverer.channel.name
        self._deliverer = deliverer
        self._on_delivered = on_delivered
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop. An attempt that does not end then is left to its lease."""
        stopped = asyncio.create_task(stopping.wait(), name="stop-delivering")
        while not stopping.is_set():
            self._wake.clear()
            for delivery in await self._claim():
                self._under_way.add(asyncio.create_task(self._attempt(delivery)))
            moved = asyncio.create_task(self._deliverer.clock.wait_for_change(_LOOK_EVERY_S))
            woken = asyncio.create_task(self._wake.wait())
            await asyncio.wait({stopped, moved, woken, *self._under_way}, return_when=asyncio.FIRST_COMPLETED)
            moved.cancel()
            woken.cancel()
            self._settle()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=_FINISH_S)
            for attempt in late:
                attempt.cancel()

    async def _claim(self) -> list[Delivery]:
        free = self._deliverer.channel.at_once_max - len(self._under_way)
        if not free:
            return []
        try:
            return await self._deliverer.claim(free)
        except AWAY as failed:
            _log.warning("loop_waits", error=type(failed).__name__, detail=str(failed))
            return []

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            await self._deliverer.attempt(delivery)
        except AWAY as failed:
            _log.warning(
                "delivery_not_recorded", nudge=delivery.nudge.id, channel=delivery.channel, error=type(failed).__name__
            )
        self._on_delivered()

    def _settle(self) -> None:
        """Let go of what has ended; a fault of ours ends the loop."""
        ended = {attempt for attempt in self._under_way if attempt.done()}
        self._under_way -= ended
        for attempt in ended:
            attempt.result()
