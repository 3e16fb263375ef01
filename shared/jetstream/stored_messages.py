"""The messages of a stream as they are stored: read in batches, apart from every consumer, and erased one by one.

Batches are read as in ADR-31 (https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-31.md), which nats-py
does not offer.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from nats.aio.client import Client
from nats.js.errors import BadRequestError, NotFoundError

from shared.errors import DaymarkError

_BATCH: Final = {"batch": 500, "max_bytes": 4 * 1024 * 1024}
_LOOKBACK_FACTOR: Final = 8
_CONCURRENT_MAX: Final = 32
_TIMEOUT_S: Final = 10.0
_NO_MESSAGE: Final = "404"
_END_OF_BATCH: Final = "204"


OnProgress = Callable[[str, int, int], None]
"""Gets what is being done, how much of it is done, and how much there is."""


class StreamUnreadable(DaymarkError):
    """The stream cannot be read directly. It needs `allow_direct: true`, and the user the right to `$JS.API.DIRECT.GET.>`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMessage:
    """One message. `number` is its sequence number in the stream."""

    number: int
    subject: str
    headers: Mapping[str, str]
    data: bytes

    @property
    def stored_at(self) -> str:
        """When it was stored, as the server writes it."""
        return self.headers["Nats-Time-Stamp"]


async def find_last_number(connection: Client, stream: str) -> int:
    """The sequence number of the newest message."""
    return (await connection.jetstream().stream_info(stream)).state.last_seq


async def read_newest(connection: Client, stream: str, *, subject: str, number: int) -> list[StoredMessage]:
    """The last messages on a subject, in order. Looks further and further back, until there are so many.

    Raises:
        StreamUnreadable: the server refused, or did not answer.
    """
    last = await find_last_number(connection, stream)
    lookback = number
    while True:
        first = max(last - lookback + 1, 1)
        newest: deque[StoredMessage] = deque(maxlen=number)
        async for batch in read_messages(connection, stream, first=first, last=last, subject=subject):
            newest.extend(batch)
        if len(newest) == number or first == 1:
            return list(newest)
        lookback *= _LOOKBACK_FACTOR


async def read_messages(
    connection: Client, stream: str, *, first: int = 1, last: int, subject: str = ">", since: str | None = None
) -> AsyncIterator[list[StoredMessage]]:
    """Every message from the number `first` to the number `last`, both included, in order; or only those on a subject, or
    those stored since a time, as the server writes it.

    Raises:
        StreamUnreadable: the server refused, or did not answer.
    """
    start: dict[str, object] = {"seq": first} if since is None else {"start_time": since}
    number = first
    while number <= last and (batch := await _read_batch(connection, stream, start | {"next_by_subj": subject})):
        number = batch[-1].number + 1
        start = {"seq": number}
        yield [message for message in batch if message.number <= last]


async def _read_batch(connection: Client, stream: str, start: Mapping[str, object]) -> list[StoredMessage]:
    inbox = connection.new_inbox()
    batch: list[StoredMessage] = []
    subscription = await connection.subscribe(inbox)
    try:
        await connection.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps({**start, **_BATCH}).encode(), reply=inbox)
        while True:
            message = await subscription.next_msg(timeout=_TIMEOUT_S)
            headers = dict(message.headers or {})
            if (status := headers.get("Status")) is not None:
                if status not in (_END_OF_BATCH, _NO_MESSAGE):
                    raise StreamUnreadable(f"{stream} ({status})")
                return batch
            number, subject = int(headers["Nats-Sequence"]), headers["Nats-Subject"]
            batch.append(StoredMessage(number=number, subject=subject, headers=headers, data=message.data))
    except TimeoutError:
        raise StreamUnreadable(f"{stream} (no answer)") from None
    finally:
        await subscription.unsubscribe()


async def erase_messages(connection: Client, stream: str, numbers: Iterable[int]) -> AsyncIterator[int]:
    """Overwrite and remove these messages. Yields from time to time how many are done; one that is gone already counts.

    The server overwrites a message's bytes unless it is told not to.
    """
    remaining, done = iter(numbers), 0
    while group := list(islice(remaining, _CONCURRENT_MAX)):
        await asyncio.gather(*[_erase(connection, stream, number) for number in group])
        done += len(group)
        yield done


async def _erase(connection: Client, stream: str, number: int) -> None:
    try:
        await connection.jetstream(timeout=_TIMEOUT_S).delete_msg(stream, number)
    except (NotFoundError, BadRequestError):
        try:
            await connection.jetstream(timeout=_TIMEOUT_S).get_msg(stream, seq=number)
        except NotFoundError:
            return
        raise
