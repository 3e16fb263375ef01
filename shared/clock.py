"""Time, as an argument: the system's clock, or one that is stepped by messages.

Everything that *decides* asks a `Clock`; only timeouts of sockets and retries of connections use the event loop's own
monotonic time. A stepped clock stands still until somebody moves it, so whole weeks can be played through the real services
in seconds and end the same way every time.

This is the only module that may read the system's clock.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final, Protocol

_SLEEP_MAX_S: Final = 3_600.0  # the system's clock may be set meanwhile
EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Clock(Protocol):
    """Where a service gets the time from. All times are timezone-aware and in UTC."""

    def now(self) -> datetime: ...

    async def wait_until(self, instant: datetime) -> None:
        """Return once `now()` has reached `instant`."""

    async def wait_for_change(self, timeout_s: float) -> None:
        """Return after `timeout_s` seconds of real time, or at once when a stepped clock moves."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, instant: datetime) -> None:
        left_s = (instant - self.now()).total_seconds()
        if left_s > 0:
            await asyncio.sleep(min(left_s, _SLEEP_MAX_S))
            await self.wait_until(instant)

    async def wait_for_change(self, timeout_s: float) -> None:
        await asyncio.sleep(timeout_s)


class SteppedClock:
    """A clock that stands still until it is moved, and never moves backwards. Until the first step it stands at the epoch,
    where nothing is due."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def step_to(self, instant: datetime) -> None:
        """Move to `instant`; an earlier one is ignored, since steps may be delivered again."""
        if instant > self._now:
            self._now = instant
            self._moved.set()
            self._moved = asyncio.Event()

    async def wait_until(self, instant: datetime) -> None:
        while self._now < instant:
            await self._moved.wait()

    async def wait_for_change(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._moved.wait()
        except TimeoutError:
            return


def monotonic_s() -> float:
    """Seconds from an arbitrary start, for durations only."""
    return time.monotonic()
