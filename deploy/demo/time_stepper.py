"""Moves the stepped time of the services, and waits until they have done everything that is due by then."""

import asyncio
from datetime import datetime
from typing import Final

import msgspec
from nats.aio.client import Client

from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.jetstream.streams import CLOCK, TICK_SUBJECT
from shared.requests.client import NO_QUERY, NoResponder, Refused, ask
from shared.requests.demonstration.clock_status import ClockStatus, status_endpoint

_SERVICES: Final = ("ingest", "scoring", "nudges")
"""In the order in which data flows: once a service has caught up after the one before it, nothing is in flight."""
_STALLED_S: Final = 60.0
_POLL_MIN_S: Final = 0.002
_POLL_MAX_S: Final = 0.05
_POLL_GROWTH: Final = 1.5
_STATUS_TIMEOUT_S: Final = 5.0


class ServiceStalled(DaymarkError):
    """A service has not caught up with the stepped time within a minute. Check its /readyz and its log."""


class TimeStepper:
    """`now` is the time to which the services were moved last; None before the first step."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection
        self.now: datetime | None = None

    async def step_to(self, instant: datetime) -> None:
        """Move the time, and return when everything that is due by then is done.

        Raises:
            ServiceStalled: a service did not finish within a minute.
        """
        body = msgspec.json.encode(instant)
        await self._connection.jetstream().publish(TICK_SUBJECT, body, stream=CLOCK)
        self.now = instant
        await self.settle()

    async def settle(self) -> None:
        """Return when the services have done everything that is due.

        Raises:
            ServiceStalled: a service did not finish within a minute.
        """
        for service in _SERVICES:
            await self._wait_for(service)

    async def _wait_for(self, service: str) -> None:
        deadline_s, poll_s = monotonic_s() + _STALLED_S, _POLL_MIN_S
        while monotonic_s() < deadline_s:
            status = await self._read_status(service)
            if status is not None and status.caught_up and (self.now is None or status.now >= self.now):
                return
            await asyncio.sleep(poll_s)
            poll_s = min(poll_s * _POLL_GROWTH, _POLL_MAX_S)
        raise ServiceStalled(service)

    async def _read_status(self, service: str) -> ClockStatus | None:
        """None while the service, or a server that it needs, is down."""
        endpoint = status_endpoint(service)
        try:
            return await ask(self._connection, endpoint, NO_QUERY, timeout_s=_STATUS_TIMEOUT_S, attempts_max=1)
        except (NoResponder, Refused):
            return None
