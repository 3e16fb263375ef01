"""The pull loop: what it waits for, what it hands over, and what it gives back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy.local.servers.nats_server import NatsServer
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.publisher import Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, backlog, provision
from tests.shared.jetstream.messages import observation_message


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
        for pending in self._pieces.pop(0):
            reply = f"$JS.ACK.S.C.1.1.1.1.{pending}"
            self._receive(Msg(_client=cast(Client, self), subject="s", reply=reply, data=b"{}"))
        if self._pieces:
            asyncio.get_running_loop().call_soon(self._send)


@pytest.mark.parametrize(
    ("pieces", "batches"),
    [
        ([[3, 2], [1, 0]], [4]),  # the rest was on its way
        ([[4, 3], [2, 1, 0]], [4, 1]),  # more than a batch holds
        ([[5]], [1]),  # there were more, and another process got them
        ([[0], [0]], [1, 1]),  # there were no more at the time
    ],
)
async def test_a_batch_is_filled_up_while_the_server_has_more(pieces: list[list[int]], batches: list[int]) -> None:
    loop = PullLoop(cast(LeanClient, _Server(pieces)), stream="S", consumer="C", batch_max=4)

    sizes: list[int] = []
    async for batch in loop:
        sizes.append(len(batch))
        if sum(sizes) == sum(map(len, pieces)):
            loop.stop()

    assert sizes == batches


def _pull(nats: LeanClient, *, batch_max: int) -> PullLoop:
    return PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=batch_max)


async def _publish(nats: LeanClient, numbers: Sequence[int]) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(map(observation_message, numbers))


async def _handle(loop: PullLoop, count: int) -> list[int]:
    """Acknowledge so many messages and stop. Returns their numbers."""
    numbers: list[int] = []
    async with asyncio.timeout(20):
        async for batch in loop:
            numbers += [int(message.data) for message in batch]
            await loop.ack(batch)
            if len(numbers) >= count:
                loop.stop()
    return numbers


async def test_every_message_is_handed_over_once_and_acknowledged(nats: LeanClient) -> None:
    await _publish(nats, range(700))

    numbers = await _handle(_pull(nats, batch_max=250), 700)

    assert numbers == list(range(700))
    assert await backlog(nats, ACTIVITIES, SCORING_CONSUMER) == 0


async def test_a_batch_never_exceeds_its_size(nats: LeanClient) -> None:
    await _publish(nats, range(100))
    loop = _pull(nats, batch_max=30)

    sizes: list[int] = []
    async for batch in loop:
        sizes.append(len(batch))
        await loop.ack(batch)
        if sum(sizes) == 100:
            loop.stop()

    assert max(sizes) == 30


async def test_a_batch_that_is_given_back_is_delivered_again(nats: LeanClient) -> None:
    await _publish(nats, [1])
    loop = _pull(nats, batch_max=10)

    deliveries: list[int] = []
    async for batch in loop:
        deliveries.append(batch[0].metadata.num_delivered)
        if len(deliveries) == 1:
            await loop.give_back(batch, delay_s=0)
        else:
            await loop.ack(batch)
            loop.stop()

    assert deliveries == [1, 2]


async def test_messages_that_a_stopped_loop_has_fetched_go_to_another(nats: LeanClient) -> None:
    """They would otherwise wait until their acknowledgement expires, after half a minute."""
    await _publish(nats, range(100))
    first = _pull(nats, batch_max=10)
    async for batch in first:
        await first.ack(batch)
        first.stop()

    numbers = await _handle(_pull(nats, batch_max=50), 90)

    assert sorted(numbers) == list(range(10, 100))


async def test_batches_follow_each_other_without_waiting_for_a_request_to_expire(nats: LeanClient) -> None:
    await _publish(nats, range(5_000))

    async with asyncio.timeout(6):  # one expired request alone would take longer
        numbers = await _handle(_pull(nats, batch_max=100), 5_000)

    assert len(numbers) == 5_000


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"ce-subject": "a1"}, "a1"),
        ({"ce-subject": "Jos\u00e9"}, "Jos\u00e9"),  # read by nats-py itself
        (None, None),
    ],
)
async def test_a_message_is_handed_over_whatever_its_headers_are(
    nats: LeanClient, headers: dict[str, str] | None, subject: str | None
) -> None:
    await nats.publish("activity.observed.v1.acme", b"{}", headers=headers)
    loop = _pull(nats, batch_max=10)

    async for batch in loop:
        await loop.ack(batch)
        loop.stop()

    (message,) = batch
    assert (message.data, (message.headers or {}).get("ce-subject")) == (b"{}", subject)
    assert (await nats.jetstream().consumer_info(ACTIVITIES, SCORING_CONSUMER)).num_ack_pending == 0


@asynccontextmanager
async def _waiting(loop: PullLoop) -> AsyncIterator["asyncio.Queue[int]"]:
    """A loop that runs beside the test. Yields the queue to which it passes the numbers that it handles."""
    numbers: asyncio.Queue[int] = asyncio.Queue()

    async def run() -> None:
        async for batch in loop:
            for message in batch:
                numbers.put_nowait(int(message.data))
            await loop.ack(batch)

    running = asyncio.create_task(run())
    yield numbers
    loop.stop()
    await running


async def test_a_consumer_that_is_deleted_and_created_again_is_asked_again(nats: LeanClient) -> None:
    async with _waiting(_pull(nats, batch_max=10)) as numbers, asyncio.timeout(20):
        await _publish(nats, [1])
        assert await numbers.get() == 1

        await nats.jetstream().delete_consumer(ACTIVITIES, SCORING_CONSUMER)
        await provision(nats)
        await _publish(nats, [2])

        while await numbers.get() != 2:  # a new consumer begins with the first message
            pass


async def test_a_loop_asks_again_after_the_broker_was_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was requested before was lost with the connection."""
    monkeypatch.setattr("shared.jetstream.pull_loop._QUIET_S", 0.3)
    server = NatsServer(tmp_path / "nats")
    await server.start()
    connection = await connect(server.url, name="test")
    await provision(connection)

    async with _waiting(_pull(connection, batch_max=10)) as numbers, asyncio.timeout(30):
        await _publish(connection, [1])
        assert await numbers.get() == 1
        await server.kill()
        await server.start()
        while not connection.is_connected:
            await asyncio.sleep(0.01)
        await _publish(connection, [2])
        while await numbers.get() != 2:  # the acknowledgement of the first message may be lost as well
            pass

    await disconnect(connection)
    await server.kill()
