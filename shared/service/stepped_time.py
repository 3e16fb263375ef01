"""Time that is stepped by messages on `clock.tick`, and how a service says that it has caught up with it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Literal

import nats.js.errors
from faststream import AckPolicy
from faststream.nats import JStream, NatsRouter
from nats.aio.client import Client
from pydantic import TypeAdapter

from shared.clock import Clock, SteppedClock, SystemClock
from shared.jetstream.streams import CLOCK, TICK_SUBJECT
from shared.requests.demonstration.clock_status import ClockStatus, status_endpoint
from shared.requests.endpoint import NoQuery
from shared.requests.router import RequestRouter

_INSTANT: Final = TypeAdapter(datetime)


def make_clock(mode: Literal["system", "stepped"]) -> Clock:
    """The clock that the settings ask for. A stepped one still has to follow the ticks."""
    return SteppedClock() if mode == "stepped" else SystemClock()


def tick_router(clock: Clock) -> NatsRouter:
    """Moves a stepped clock with each tick; without subscribers where the system's clock is used."""
    router = NatsRouter()
    if isinstance(clock, SteppedClock):

        @router.subscriber(
            TICK_SUBJECT,
            stream=JStream(CLOCK, declare=False),
            ordered_consumer=True,
            ack_policy=AckPolicy.MANUAL,  # such a consumer awaits no acknowledgement, and nobody is permitted to send one
            title=TICK_SUBJECT,
            description="The time to which every service steps its clock, as RFC 3339 text.",
        )
        async def step(instant: datetime) -> None:
            clock.step_to(instant)

    return router


async def read_last_tick(connection: Client, clock: Clock) -> None:
    """Step to the newest tick that there is, so that a service that starts late does not begin at the epoch."""
    if not isinstance(clock, SteppedClock):
        return
    try:
        newest = await connection.jetstream().get_last_msg(CLOCK, TICK_SUBJECT)
    except nats.js.errors.NotFoundError:
        return
    if newest.data:
        clock.step_to(_INSTANT.validate_json(newest.data))


def answer_status(
    requests: RequestRouter, service: str, clock: Clock, is_caught_up: Callable[[datetime], Awaitable[bool]]
) -> None:
    """Register the handler that says whether the service has caught up."""

    @requests.handles(status_endpoint(service))
    async def status(_: NoQuery) -> ClockStatus:
        now = clock.now()
        return ClockStatus(now=now, caught_up=await is_caught_up(now))
