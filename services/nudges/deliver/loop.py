"""The delivery loop of one channel. It claims deliveries as places become free, so a slow one holds only its own place."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from services.nudges.deliver.channel import Delivered, Gone, TryLater
from services.nudges.deliver.deliver_nudges import Attempt, Deliverer
from services.nudges.deliver.deliveries import Delivery
from shared.clock import monotonic_s
from shared.service.background import BackgroundJob
from shared.transient_errors import TRANSIENT_ERRORS

_log = structlog.get_logger()
_INTERVAL_S: Final = 1.0
_CHECK_INTERVAL_S: Final = 10.0
_STEP: Final = timedelta(seconds=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_PLACES_MIN: Final = 8
_FINISH_TIMEOUT_S: Final = 3.0
_RECORD_RETRY_S: Final = 0.5
_RECORD_ATTEMPTS_MAX: Final = 10


class DeliveryLoop:
    """Records finished attempts and starts others: when woken, when one is finished, when a stepped clock moves, and once a
    second. What has finished meanwhile is recorded together. While Postgres is down, what was sent keeps its place.

    A receiver gets few requests at a time at first, and one more for each that it accepts, up to what its channel allows. If it
    refuses one, it gets few again."""

    def __init__(self, deliverer: Deliverer, *, on_delivered: Callable[[], None]) -> None:
        self.name = f"deliver_{deliverer.channel.name}"
        self._deliverer = deliverer
        self._on_delivered = on_delivered
        self._sending: set[asyncio.Task[None]] = set()
        self._unrecorded: list[Attempt] = []
        self._places = self._places_min = min(deliverer.channel.at_once_max, _PLACES_MIN)
        self._may_be_more = False
        self._is_delivering = False
        self._asked_at_s = self._checked_at_s = 0.0
        self._checked_at = _NEVER
        self._job = BackgroundJob(self.name, self._work, interval_s=_INTERVAL_S, clock=deliverer.clock)

    def wake(self) -> None:
        """There may be something to deliver now."""
        self._may_be_more = True
        self._job.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop. An attempt that does not end in time then is left to its lease."""
        await self._job.run(stopping)
        if self._sending:
            _, unfinished = await asyncio.wait(self._sending, timeout=_FINISH_TIMEOUT_S)
            for sending in unfinished:
                sending.cancel()
        await self._record_last()

    async def _work(self) -> None:
        await self._record()
        free_places = self._places - len(self._sending) - len(self._unrecorded)
        if free_places <= 0:
            return
        for delivery in await self._claim(free_places):
            sending = asyncio.create_task(self._send(delivery))
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)

    async def _claim(self, count_max: int) -> Sequence[Delivery]:
        """What to attempt now: what was queued, or was left when all places were taken; and once a second also what has come
        due or what a dead sender has left. While nothing gets through, or when a stepped clock has moved, this includes what a
        failing channel is tried with and what is given up; while everything does, that is looked at every ten seconds."""
        now, now_s, may_be_more = self._deliverer.clock.now(), monotonic_s(), self._may_be_more
        is_stepped = abs(now - self._checked_at - timedelta(seconds=now_s - self._checked_at_s)) >= _STEP
        is_time = is_stepped or now_s - self._asked_at_s >= _INTERVAL_S
        is_check = is_stepped or (is_time and (not self._is_delivering or now_s - self._checked_at_s >= _CHECK_INTERVAL_S))
        if not is_time and not may_be_more:
            return ()
        self._may_be_more = False
        try:
            deliveries = await (self._deliverer.claim(count_max) if is_check else self._deliverer.claim_more(count_max))
        except BaseException:
            self._may_be_more = may_be_more
            raise
        if is_check:
            self._checked_at, self._checked_at_s = now, now_s
        if is_time:
            self._asked_at_s = now_s
        self._may_be_more = self._may_be_more or len(deliveries) == count_max
        return deliveries

    async def _send(self, delivery: Delivery) -> None:
        attempt = await self._deliverer.attempt(delivery)
        self._unrecorded.append(attempt)
        if isinstance(attempt.outcome, Delivered):
            self._is_delivering = True
            self._places = min(self._places + 1, self._deliverer.channel.at_once_max)
        elif isinstance(attempt.outcome, Gone | TryLater) and not _is_of_recipient(attempt.outcome):
            self._is_delivering = False
            self._places = self._places_min
        self._job.wake()

    async def _record(self) -> None:
        attempts = list(self._unrecorded)
        if not attempts:
            return
        await self._deliverer.record(attempts)
        del self._unrecorded[: len(attempts)]
        self._on_delivered()

    async def _record_last(self) -> None:
        """Keep trying for some seconds while Postgres is down."""
        for attempts_left in reversed(range(_RECORD_ATTEMPTS_MAX)):
            try:
                await self._record()
                return
            except TRANSIENT_ERRORS as failed:
                if not attempts_left:
                    _log.warning(
                        "deliveries_not_recorded",
                        nudges=[attempt.delivery.nudge.id for attempt in self._unrecorded],
                        channel=self._deliverer.channel.name,
                        error=type(failed).__name__,
                    )
                    return
            await asyncio.sleep(_RECORD_RETRY_S)


def _is_of_recipient(outcome: Gone | TryLater) -> bool:
    """Whether only this person has the receiver that failed."""
    return isinstance(outcome, TryLater) and outcome.is_of_recipient
