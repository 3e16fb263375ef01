"""The pull loop: what it waits for, and what reaches it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from nats.aio.msg import Msg

from shared.jetstream.client import LeanClient
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER


class _Server:
    """Sends its pieces, one after the other, once it is asked. Each message says how many are left after it."""

    is_connected = False

    def __init__(self, pieces: Sequence[Sequence[int]]) -> None:
        self._pieces = list(pieces)
        self._receive: Callable[[Msg], None] | None = None
        self._is_sending = False

    def new_inbox(self) -> str:
        return "inbox"

    async def subscribe_directly(self, subject: str, receive: Callable[[Msg], None]) -> None:
        self._receive = receive

    async def publish(self, subject: str, request: bytes, *, reply: str) -> None:
        if not self._is_sending:
            self._is_sending = True
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        assert self._receive is not None
        for left in self._pieces.pop(0):
            reply = f"$JS.ACK.S.C.1.1.1.1.{left}"
            self._receive(Msg(_client=cast(Any, None), subject="s", reply=reply, data=b"{}"))
        if self._pieces:
            asyncio.get_running_loop().call_soon(self._send)


@pytest.mark.parametrize(
    ("pieces", "handed_over"),
    [
        ([[3, 2], [1, 0]], [4]),  # more was on its way
        ([[4, 3], [2, 1, 0]], [4, 1]),  # more than a batch holds
        ([[5]], [1]),  # more was there, and went to somebody else
        ([[0], [0]], [1, 1]),  # nothing was
    ],
)
async def test_a_batch_is_filled_up_while_the_server_has_more(pieces: list[list[int]], handed_over: list[int]) -> None:
    loop = PullLoop(cast(LeanClient, _Server(pieces)), stream="S", consumer="C", batch_max=4)

    sizes: list[int] = []
    async for batch in loop:
        sizes.append(len(batch))
        if sum(sizes) == sum(map(len, pieces)):
            loop.stop()

    assert sizes == handed_over


@pytest.mark.parametrize(
    ("headers", "read"),
    [
        ({"ce-subject": "a1"}, "a1"),
        ({"ce-subject": "Jos\u00e9"}, "Jos\u00e9"),  # read by nats-py itself
        (None, None),
    ],
)
async def test_a_message_reaches_it_whatever_its_headers_are(
    nats: LeanClient, headers: dict[str, str] | None, read: str | None
) -> None:
    await nats.publish("activity.observed.v1.acme", b"{}", headers=headers)
    loop = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=10)

    async for batch in loop:
        await loop.ack(batch)
        loop.stop()

    (message,) = batch
    assert (message.data, (message.headers or {}).get("ce-subject")) == (b"{}", read)
    assert (await nats.jetstream().consumer_info(ACTIVITIES, SCORING_CONSUMER)).num_ack_pending == 0
