"""How long to wait for a service that works through a stream."""

import asyncio
from collections.abc import Callable
from typing import Final

from nats.aio.client import Client

from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.jetstream.streams import backlog

_PATIENCE_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.1


class ServiceStandsStill(DaymarkError):
    """Everything is stored, but the service that works through the stream has not moved for a minute. Look at its /readyz and
    its log, and run this again."""


async def wait_until_handled(
    connection: Client, stream: str, consumer: str, *, on_progress: Callable[[int, int], None]
) -> None:
    """Return once the consumer has done everything that the stream held when this was called.

    `on_progress` gets how many messages are done and how many there are.

    Raises:
        ServiceStandsStill: nothing moved for 60 s.
    """
    jetstream = connection.jetstream()
    target = (await jetstream.stream_info(stream)).state.last_seq
    moved_s, before = monotonic_s(), -1
    while True:
        floor = (await jetstream.consumer_info(stream, consumer)).ack_floor
        done = floor.stream_seq if floor is not None else 0
        if done < target and not await backlog(connection, stream, consumer):
            done = target  # the last ones were erased
        on_progress(min(done, target), target)
        if done >= target:
            return
        if done != before:
            moved_s, before = monotonic_s(), done
        elif monotonic_s() - moved_s > _PATIENCE_S:
            raise ServiceStandsStill(f"{target - done} messages of {stream} wait")
        await asyncio.sleep(_LOOK_EVERY_S)
