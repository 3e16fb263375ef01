"""Steps the time of the services, and waits until they have done everything that is due by then."""

import asyncio
from datetime import datetime
from typing import Final

import msgspec
import nats.errors
from nats.aio.client import Client

from shared.clock import monotonic_s, status_subject
from shared.errors import DaymarkError
from shared.jetstream.streams import CLOCK, TICK_SUBJECT

_SERVICES: Final = ("ingest", "scoring", "nudges")
_PATIENCE_S: Final = 60.0
_LOOK_FIRST_S: Final = 0.002
_LOOK_MOST_S: Final = 0.05


class StandsStill(DaymarkError):
    """A service has not caught up with the stepped time in a minute. Look at its /readyz and its log."""


class Stage:
    """In the order in which data flows: when a service has caught up after the one before it, nothing is under way."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection
        self.now: datetime | None = None

    async def step_to(self, instant: datetime) -> None:
        """Move the time, and return when everything due by then is done."""
        body = msgspec.json.encode(instant)
        await self._connection.jetstream().publish(TICK_SUBJECT, body, stream=CLOCK)
        self.now = instant
        await self.settle()

    async def settle(self) -> None:
        """Return when the services have done all that is due.

        Raises:
            StandsStill: one of them has not, for a minute.
        """
        for service in _SERVICES:
            await self._catches_up(service)

    async def _catches_up(self, service: str) -> None:
        give_up_s, look_s = monotonic_s() + _PATIENCE_S, _LOOK_FIRST_S
        while monotonic_s() < give_up_s:
            status = await self._ask(service)
            if status is not None and status.caught_up and (self.now is None or status.now >= self.now):
                return
            await asyncio.sleep(look_s)
            look_s = min(look_s * 1.5, _LOOK_MOST_S)
        raise StandsStill(service)

    async def _ask(self, service: str) -> ClockStatus | None:
        try:
            answer = await self._connection.request(status_subject(service), b"", timeout=5)
        except (TimeoutError, nats.errors.NoRespondersError):
            return None
        return msgspec.json.decode(answer.data, type=ClockStatus)
