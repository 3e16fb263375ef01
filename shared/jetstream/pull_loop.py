"""A pull loop over a durable consumer: whatever has arrived is handed over at once, as one batch.

While the server has more to send, a batch is filled up for a moment: a small batch costs nearly as much as a full one.

Why not FastStream's batch subscriber: it waits for a full batch or a timeout, rejects a whole batch for one bad body, and can
drop what it has collected when a wait times out. This loop takes about a third of the processor time per message.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec
import nats.errors
import structlog
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from shared.jetstream.client import REFUSED_S, LeanClient

_log = structlog.get_logger()
_EXPIRES_S: Final = 5.0
_PULLS_OUTSTANDING: Final = 2
_PENDING: Final = "Nats-Pending-Messages"
_CONSUMER_GONE: Final = frozenset({"404", "409", "503"})
_HEARTBEAT: Final = "100"
_QUIET_S: Final = _EXPIRES_S + 2.0
_FILL_S: Final = 0.02


class PullLoop:
    """Batches of messages from one consumer. Iterate it; acknowledge each batch with `ack` after its work is durable."""

    def __init__(self, connection: LeanClient, *, stream: str, consumer: str, batch_max: int) -> None:
        self._connection = connection
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._request = msgspec.json.encode({"batch": batch_max, "expires": int(_EXPIRES_S * 1e9)})
        self._batch_max = batch_max
        self._arrived: deque[Msg] = deque()
        self._wake = asyncio.Event()
        self._inbox = ""
        self._owed = 0  # messages that were requested and have not arrived; a message does not say which request it answers
        self._refused = False
        self._stopped = False

    def stop(self) -> None:
        """End the iteration after the batch in hand."""
        self._stopped = True
        self._wake.set()

    async def __aiter__(self) -> AsyncIterator[list[Msg]]:
        self._inbox = self._connection.new_inbox()
        subscription = await self._connection.subscribe_directly(self._inbox, self._on_message)
        try:
            while not self._stopped:
                if self._refused:
                    await asyncio.sleep(REFUSED_S)
                    self._refused, self._owed = False, 0
                await self._ask()
                if not self._arrived:
                    await self._wait()
                    continue
                await self._fill()
                size = min(len(self._arrived), self._batch_max)
                yield [self._arrived.popleft() for _ in range(size)]
        finally:
            await self._give_back(subscription)

    async def ack(self, batch: Sequence[Msg]) -> None:
        """Acknowledge a batch. The server confirms the last acknowledgement, and has then seen the earlier ones too.

        A lost confirmation is no error: the messages are delivered again, and handling them again changes nothing.
        """
        await self._connection.publish_to_each([message.reply for message in batch[:-1]], b"+ACK")
        try:
            await batch[-1].ack_sync(timeout=2)
        except (TimeoutError, ValueError) as lost:
            _log.warning("ack_not_confirmed", messages=len(batch), error=type(lost).__name__)

    async def give_back(self, batch: Sequence[Msg], *, delay_s: float) -> None:
        """Ask for a batch to be delivered again after `delay_s` seconds."""
        nak = f'-NAK {{"delay": {int(delay_s * 1e9)}}}'.encode()
        await self._connection.publish_to_each([message.reply for message in batch], nak)

    async def _ask(self) -> None:
        while self._owed <= (_PULLS_OUTSTANDING - 1) * self._batch_max and len(self._arrived) < self._batch_max:
            self._owed += self._batch_max
            await self._connection.publish(self._subject, self._request, reply=self._inbox)

    async def _wait(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(_QUIET_S):
                await self._wake.wait()
        except TimeoutError:
            self._owed = 0  # neither messages nor an expiry: the requests were lost with a connection, so ask again

    async def _fill(self) -> None:
        """Wait a moment for what is on its way; another process may get it."""
        try:
            async with asyncio.timeout(_FILL_S):
                while self._more_is_coming() and not self._stopped:
                    self._wake.clear()
                    await self._wake.wait()
        except TimeoutError:
            pass

    def _more_is_coming(self) -> bool:
        """Whether the batch has room, and the server had more when it sent the last message."""
        has_room = len(self._arrived) < self._batch_max
        return has_room and self._owed > 0 and self._arrived[-1].metadata.num_pending > 0

    def _on_message(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status") if not message.data else None
        if status is None:
            self._arrived.append(message)
            self._owed = max(self._owed - 1, 0)
        elif status in _CONSUMER_GONE:
            _log.warning("pull_refused", subject=self._subject, status=status)
            self._refused = True
        elif status != _HEARTBEAT:
            unanswered = int((message.headers or {}).get(_PENDING, self._batch_max))
            self._owed = max(self._owed - unanswered, 0)
        self._wake.set()

    async def _give_back(self, subscription: Subscription) -> None:
        """Return what was fetched and not handed over at once, instead of waiting for its acknowledgement to expire.

        The subscription is drained rather than ended: what the server had sent by then still arrives, and goes back too.
        """
        if not self._connection.is_connected:
            return
        try:
            await subscription.drain()  # type: ignore[no-untyped-call]  # nats-py does not annotate it
            await self.give_back(list(self._arrived), delay_s=0)
        except (nats.errors.Error, OSError, TimeoutError) as gone:
            _log.debug("nats_gone_before_giving_back", error=type(gone).__name__)
