"""How the demonstration goes on once somebody can look at it: one hour after the other, and at once through the night."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.requests.demonstration.next_hour import NEXT_HOUR, ReachedTime
from shared.requests.endpoint import Envelope

_HOUR: Final = timedelta(hours=1)
_FIRST_HOUR, _LAST_HOUR = 6, 19
"""In UTC. The night between them is shorter than the time after which a session ends that nobody uses."""
_SATURDAY: Final = 5


class Pace:
    """Stops when the time has come to `opens_at`, for `first_pause_s` seconds, and then after every hour of the day, for
    `pause_s` seconds; or only until somebody asks for the next hour. `on_stop` is called at each stop with the time that was
    reached."""

    def __init__(
        self, *, opens_at: datetime, first_pause_s: float, pause_s: float, on_stop: Callable[[datetime], Awaitable[None]]
    ) -> None:
        self._until = opens_at
        self._next_pause_s = first_pause_s
        self._pause_s = pause_s
        self._on_stop = on_stop
        self._asked = asyncio.Event()
        self._stopped = asyncio.Condition()
        self._stops = 0
        self._is_over = False

    async def before_step(self, instant: datetime) -> None:
        """Return when the time may be moved to the instant."""
        while instant > self._until:
            if is_daytime(self._until):
                await self._stop()
            self._until += _HOUR

    async def end(self) -> None:
        """Everything was played."""
        self._is_over = True
        await self._note_stop()

    async def next_hour(self) -> datetime:
        """Go on at once. Returns the time of the next stop when that is reached, or when everything was played."""
        stops = self._stops
        self._asked.set()
        async with self._stopped:
            await self._stopped.wait_for(lambda: self._is_over or self._stops > stops)
        return self._until

    async def _stop(self) -> None:
        await self._on_stop(self._until)
        await self._note_stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), self._next_pause_s)
        self._asked.clear()
        self._next_pause_s = self._pause_s

    async def _note_stop(self) -> None:
        async with self._stopped:
            self._stops += 1
            self._stopped.notify_all()


def is_daytime(instant: datetime) -> bool:
    """Whether somebody of the team may be at work."""
    return instant.weekday() < _SATURDAY and _FIRST_HOUR <= instant.hour <= _LAST_HOUR


async def answer_next_hour(connection: Client, pace: Pace) -> None:
    """From now on, reply to whoever asks for the next hour."""

    async def answer(message: Msg) -> None:
        reached = ReachedTime(now=await pace.next_hour())
        await message.respond(Envelope(ok=True, data=reached.model_dump(mode="json")).model_dump_json().encode())

    await connection.subscribe(NEXT_HOUR.subject, cb=answer)
