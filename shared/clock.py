"""Time, as an argument: the system's clock, or one that is stepped by messages.

Everything that *decides* asks a `Clock`; only timeouts of sockets and retries of connections use the event loop's own
monotonic time. A stepped clock stands still until a message on `clock.tick` moves it, so whole weeks can be played
through the real services in seconds and end the same way every time.

This is the only module that may read the system's clock.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

_LOOK_AGAIN_S = 3_600.0  # the system's clock may be set meanwhile
TICK_SUBJECT = "clock.tick"
CLOCK_STREAM = "CLOCK"


def status_subject(service: str) -> str:
    """The subject on which a service says whether it has caught up with the stepped time."""
    return f"clock.status.v1.{service}"


class Clock(Protocol):
    """Where a service gets the time from. All times are aware and in UTC."""

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
            await asyncio.sleep(min(left_s, _LOOK_AGAIN_S))
            await self.wait_until(instant)

    async def wait_for_change(self, timeout_s: float) -> None:
        await asyncio.sleep(timeout_s)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a service on stepped time answers: where its clock stands, and whether all work due by then is done."""

    now: datetime
    caught_up: bool


class SteppedClock:
    """A clock that moves only on `clock.tick` messages and never backwards."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def step_to(self, instant: datetime) -> None:
        """Move to `instant`; an earlier one is ignored, since ticks may be redelivered."""
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


EPOCH = datetime.fromtimestamp(0, UTC)


async def follow_ticks(connection: Client) -> SteppedClock:
    """A stepped clock that follows the CLOCK stream, beginning with the newest tick there is.

    Without any tick yet it stands at the epoch, where nothing is due.
    """
    clock = SteppedClock(EPOCH)

    async def on_tick(message: Msg) -> None:
        clock.step_to(msgspec.json.decode(message.data, type=datetime))

    jetstream = connection.jetstream()
    try:
        newest = await jetstream.get_last_msg(CLOCK_STREAM, TICK_SUBJECT)
    except nats.js.errors.NotFoundError:
        newest = None
    if newest is not None and newest.data:
        clock.step_to(msgspec.json.decode(newest.data, type=datetime))
    await jetstream.subscribe(TICK_SUBJECT, stream=CLOCK_STREAM, cb=on_tick, ordered_consumer=True)
    return clock


async def answer_status(
    connection: Client, service: str, clock: Clock, is_caught_up: Callable[[datetime], Awaitable[bool]]
) -> None:
    """Answer status requests of whoever steps the time. Replicas share the subject: what is due lives in the servers."""

    async def on_request(message: Msg) -> None:
        now = clock.now()
        await message.respond(msgspec.json.encode(Status(now=now, caught_up=await is_caught_up(now))))

    await connection.subscribe(status_subject(service), queue=service, cb=on_request)


def monotonic_s() -> float:
    """Seconds from an arbitrary start, for durations only."""
    return time.monotonic()
