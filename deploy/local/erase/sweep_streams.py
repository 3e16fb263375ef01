"""Remove the messages that name an erased person from the streams, before they would expire.

Only messages that their service has processed are removed, so nothing of anybody else is lost and no consumer notices. The
person was marked as erased before, so nothing of theirs comes back meanwhile. An interrupted sweep starts again from the
beginning and finds what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nats.aio.client import Client

from deploy.local.erase.person_matcher import PersonMatcher
from shared.jetstream.stored_messages import OnProgress, erase_messages, find_last_number, read_messages
from shared.jetstream.streams import ACTIVITIES, CONSUMERS, DEAD, NUDGES, SCORES, WEBHOOKS
from shared.jetstream.wait_for_consumer import wait_until_processed
from shared.requests.erasure import ErasureTarget

_STREAMS_IN_ORDER: Final = (WEBHOOKS, ACTIVITIES, SCORES, NUDGES, DEAD)
"""In the order in which data flows. What came out of a webhook is stored by the time its own stream is swept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SweptStream:
    """How many messages of a stream were read, and how many of them erased."""

    stream: str
    read: int
    erased: int


async def sweep_streams(
    connection: Client, target: ErasureTarget, *, contact_secret: bytes, on_progress: OnProgress
) -> list[SweptStream]:
    """Sweep every stream in turn. The `contact_secret` finds a contact whose key is known only as a hash.

    Raises:
        ConsumerStalled: a service makes no progress on its stream.
        StreamUnreadable: the server refused to let a stream be read.
    """
    consumers = {consumer.stream: consumer.name for consumer in CONSUMERS}
    matcher, swept = PersonMatcher(target, contact_secret=contact_secret), []
    for stream in _STREAMS_IN_ORDER:
        if stream in consumers:
            await wait_until_processed(
                connection, stream, consumers[stream], on_progress=_report_as(f"waiting for {stream}", on_progress)
            )
        swept.append(await _sweep_stream(connection, stream, matcher, on_progress=on_progress))
    return swept


async def _sweep_stream(connection: Client, stream: str, matcher: PersonMatcher, *, on_progress: OnProgress) -> SweptStream:
    last = await find_last_number(connection, stream)
    numbers, read = await _find_messages(connection, stream, matcher, last=last, on_progress=on_progress)
    if stream == ACTIVITIES and matcher.activities:  # earlier observations of these did not name the person yet
        numbers, _ = await _find_messages(connection, stream, matcher, last=last, on_progress=on_progress)
    async for done in erase_messages(connection, stream, numbers):
        on_progress(f"erasing from {stream}", done, len(numbers))
    return SweptStream(stream=stream, read=read, erased=len(numbers))


async def _find_messages(
    connection: Client, stream: str, matcher: PersonMatcher, *, last: int, on_progress: OnProgress
) -> tuple[list[int], int]:
    """The numbers of the messages that name the person, and how many messages were read."""
    numbers, read = [], 0
    async for batch in read_messages(connection, stream, last=last):
        read += len(batch)
        numbers += [message.number for message in batch if matcher.matches(stream, message)]
        on_progress(f"reading {stream}", batch[-1].number if batch else last, last)
    return numbers, read


def _report_as(step: str, on_progress: OnProgress) -> Callable[[int, int], None]:
    return lambda done, total: on_progress(step, done, total)
