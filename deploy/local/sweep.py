"""Take the messages that name somebody who is forgotten out of the streams, before they would age out.

Only what its service has done with is taken, so that nothing of anybody else is lost and no consumer notices. Whoever was
marked as forgotten before cannot come back meanwhile. Stopped anywhere, it begins anew and finds what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nats.aio.client import Client

from deploy.local.handled import wait_until_handled
from deploy.local.marks import Marks
from deploy.local.stored import erase_stored, last_number, read_stored
from shared.jetstream.streams import ACTIVITIES, CONSUMERS, DEAD, NUDGES, SCORES, WEBHOOKS

_ORDER = (WEBHOOKS, ACTIVITIES, SCORES, NUDGES, DEAD)
"""As data flows: what was made of a webhook is there when its turn comes."""

OnProgress = Callable[[str, int, int], None]
"""Gets what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """How many messages of a stream were read, and how many erased."""

    stream: str
    read: int
    erased: int


async def sweep(connection: Client, known: ErasureTarget, *, contact_secret: bytes, on_progress: OnProgress) -> list[Swept]:
    """Every stream in turn. Under `contact_secret` a contact is recognised whose key is known only as a hash.

    Raises:
        ServiceStandsStill: a service does not get on with its stream.
        StreamUnreadable: the server does not let us read one.
    """
    consumers = {consumer.stream: consumer.name for consumer in CONSUMERS}
    marks, swept = Marks(known, contact_secret=contact_secret), []
    for stream in _ORDER:
        if stream in consumers:
            await wait_until_handled(
                connection, stream, consumers[stream], on_progress=_named(on_progress, f"waiting for {stream}")
            )
        swept.append(await _sweep(connection, stream, marks, on_progress=on_progress))
    return swept


async def _sweep(connection: Client, stream: str, marks: Marks, *, on_progress: OnProgress) -> Swept:
    last = await last_number(connection, stream)
    found, read = await _find(connection, stream, marks, last=last, on_progress=on_progress)
    if stream == ACTIVITIES and marks.of_activity:  # what was said of these before it was said whose they were
        found, _ = await _find(connection, stream, marks, last=last, on_progress=on_progress)
    async for done in erase_stored(connection, stream, found):
        on_progress(f"erasing from {stream}", done, len(found))
    return Swept(stream=stream, read=read, erased=len(found))


async def _find(connection: Client, stream: str, marks: Marks, *, last: int, on_progress: OnProgress) -> tuple[list[int], int]:
    """The numbers of the messages that name them, and how many messages there were."""
    found, read = [], 0
    async for batch in read_stored(connection, stream, last=last):
        read += len(batch)
        found += [message.number for message in batch if marks.are_in(stream, message)]
        on_progress(f"reading {stream}", batch[-1].number if batch else last, last)
    return found, read


def _named(on_progress: OnProgress, what: str) -> Callable[[int, int], None]:
    return lambda done, total: on_progress(what, done, total)
