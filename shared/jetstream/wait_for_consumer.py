"""How a command waits until a service has processed its stream."""

import asyncio
from collections.abc import Callable
from typing import Final

from nats.aio.client import Client

from shared.clock import monotonic_s
from shared.errors import DaymarkError
from shared.jetstream.streams import backlog

_STALLED_S: Final = 60.0
_POLL_S: Final = 0.1


class ConsumerStalled(DaymarkError):
    """Everything is stored, but the service that processes the stream has made no progress for a minute. Check its /readyz and
    its log, then run this command again."""


async def wait_until_processed(
    connection: Client, stream: str, consumer: str, *, on_progress: Callable[[int, int], None], poll_s: float = _POLL_S
) -> None:
    """Return once the consumer has processed everything that the stream held when this was called.

    `on_progress` gets how many messages are processed, and how many there are.

    Raises:
        ConsumerStalled: no progress for 60 s.
    """
    jetstream = connection.jetstream()
    target = (await jetstream.stream_info(stream)).state.last_seq
    progressed_s, previous = monotonic_s(), -1
    while True:
        floor = (await jetstream.consumer_info(stream, consumer)).ack_floor
        processed = floor.stream_seq if floor is not None else 0
        if processed < target and not await backlog(connection, stream, consumer):
            processed = target  # the last messages were erased
        on_progress(min(processed, target), target)
        if processed >= target:
            return
        if processed != previous:
            progressed_s, previous = monotonic_s(), processed
        elif monotonic_s() - progressed_s > _STALLED_S:
            raise ConsumerStalled(f"{target - processed} messages of {stream} are waiting")
        await asyncio.sleep(poll_s)
