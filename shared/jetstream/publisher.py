"""A publisher that shares one durable write among many senders.

With `sync_interval: always` JetStream syncs its file once per acknowledged write. An atomic batch (ADR-50,
https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-50.md) is one write, so messages that wait at
the same time travel as one batch and share one sync; a single message is sent at once.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import nats.errors
from nats.aio.msg import Msg

from shared.errors import Unavailable
from shared.jetstream.client import LeanClient, Publication
from shared.jetstream.progress import Progress

BATCH_MAX: Final = 500
BATCH_BYTES_MAX: Final = 4 * 1024 * 1024
_CLOSING: Final = "connection closed"


class NotStored(Unavailable):
    """JetStream did not confirm that it has stored the message. It may or may not have; send it again under the same id."""

    server = "NATS"


class _Refused(NotStored):
    """JetStream answered, and the answer was no."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One message on its way to a stream."""

    subject: str
    headers: dict[str, str]
    data: bytes


class _Ack(msgspec.Struct, frozen=True):
    seq: int = 0
    duplicate: bool = False
    error: dict[str, object] | None = None


_ack_decoder: Final = msgspec.json.Decoder(_Ack)


class Publisher:
    """Stores messages durably. Entering it starts it; leaving it waits for what it has accepted.

    All messages of one publisher go to one stream, which must allow atomic batches.
    """

    def __init__(self, connection: LeanClient, *, timeout_s: float = 5.0) -> None:
        self._connection = connection
        self._timeout_s = timeout_s
        self.progress = Progress("storing messages", server="NATS")
        self._waiting: deque[tuple[Outgoing, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._replies: dict[str, asyncio.Future[bytes]] = {}
        self._inbox = ""
        self._worker: asyncio.Task[None] | None = None
        self._closing = False

    async def __aenter__(self) -> "Publisher":
        self._inbox = self._connection.new_inbox()
        await self._connection.subscribe(f"{self._inbox}.*", cb=self._on_reply)
        self._worker = asyncio.create_task(self._work(), name="publisher")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self._wake.set()
        if self._worker is not None:
            await self._worker

    async def store(self, message: Outgoing) -> None:
        """Return once JetStream has the message on disk; a duplicate of a stored id counts as stored.

        Raises:
            NotStored: no confirmation came in time.
        """
        await self._accept(message)

    async def store_all(self, messages: Iterable[Outgoing]) -> None:
        """As `store`, for several messages, which share durable writes."""
        await asyncio.gather(*[self._accept(message) for message in messages])

    def _accept(self, message: Outgoing) -> "asyncio.Future[None]":
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closing:
            done.set_exception(NotStored(_CLOSING))
            return done
        self._waiting.append((message, done))
        self._wake.set()
        return done

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._store_group(self._next_group())
            if self._closing:
                return

    def _next_group(self) -> list[tuple[Outgoing, asyncio.Future[None]]]:
        """The messages that have waited longest, as many as one batch may hold."""
        group, size = [self._waiting.popleft()], 0
        while self._waiting and len(group) < BATCH_MAX and size < BATCH_BYTES_MAX:
            group.append(self._waiting.popleft())
            size += len(group[-1][0].data)
        return group

    async def _store_group(self, group: list[tuple[Outgoing, asyncio.Future[None]]]) -> None:
        try:
            if len(group) > 1 and await self._store_as_batch([message for message, _ in group]):
                self._settle(group, None)
                return
        except NotStored as failed:
            self._settle(group, failed)  # nobody answers: asking for each message would not help
            return
        await asyncio.gather(*[self._store_one(message, done) for message, done in group])

    async def _store_as_batch(self, messages: list[Outgoing]) -> bool:
        """One atomic batch. False when it was refused: one duplicate id refuses them all, so each has to be sent alone.

        Raises:
            NotStored: there was no answer.
        """
        batch_id = secrets.token_hex(12)
        count = len(messages)
        publications = [
            Publication(message.subject, message.headers | _batch_headers(batch_id, number, of=count), message.data)
            for number, message in enumerate(messages, start=1)
        ]
        try:
            await self._confirm(publications)
        except _Refused:
            return False
        return True

    async def _store_one(self, message: Outgoing, done: "asyncio.Future[None]") -> None:
        try:
            await self._confirm([Publication(message.subject, message.headers, message.data)])
        except NotStored as failed:
            self._settle([(message, done)], failed)
        else:
            self._settle([(message, done)], None)

    async def _confirm(self, publications: Sequence[Publication]) -> None:
        """Publish in one write, and return once JetStream has confirmed the last one."""
        subject = publications[-1].subject
        if not self._connection.is_connected:
            raise NotStored(f"{subject} (NATS is not connected)")
        token = secrets.token_hex(8)
        reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._replies[token] = reply
        last = publications[-1]._replace(reply=f"{self._inbox}.{token}")
        try:
            await self._connection.publish_all([*publications[:-1], last])
            async with asyncio.timeout(self._timeout_s):
                ack = _ack_decoder.decode(await reply)
        except (TimeoutError, nats.errors.Error, OSError, msgspec.DecodeError, ValueError) as failed:
            raise NotStored(f"{subject} ({type(failed).__name__})") from None
        finally:
            del self._replies[token]
        if ack.error is not None or ack.seq == 0:
            problem = (ack.error or {}).get("description", "no sequence in the answer")
            raise _Refused(f"{subject} ({problem})")

    def _settle(self, group: "list[tuple[Outgoing, asyncio.Future[None]]]", failed: NotStored | None) -> None:
        """Give everybody who waits for a group its outcome."""
        if failed is None:
            self.progress.succeed()
        else:
            self.progress.fail(failed)
        for _, done in group:
            if done.done():
                continue
            if failed is None:
                done.set_result(None)
            else:
                done.set_exception(failed)

    async def _on_reply(self, message: Msg) -> None:
        reply = self._replies.get(message.subject.rpartition(".")[2])
        if reply is not None and not reply.done():
            if message.headers and message.headers.get("Status"):
                reply.set_result(b'{"error":{"description":"no stream takes this subject"}}')
            else:
                reply.set_result(message.data)


def _batch_headers(batch_id: str, number: int, *, of: int) -> dict[str, str]:
    """Of a message of an atomic batch, counted from 1. The last one commits it."""
    headers = {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)}
    return headers | {"Nats-Batch-Commit": "1"} if number == of else headers
