"""Batches and their acknowledgement: nothing is acknowledged before it is recorded."""

import asyncio
from collections.abc import Sequence

from nats.aio.msg import Msg

from shared.jetstream.batches import work_through
from shared.jetstream.client import LeanClient
from shared.jetstream.progress import Progress
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER


class _Recorder:
    """Handles a batch once it is allowed to; the first attempts may fail."""

    def __init__(self, *, failures: int = 0) -> None:
        self.has_begun, self.may_go_on, self.is_done = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.retries = 0
        self.progress = Progress("recording activities", server="Postgres")
        self._failures = failures

    async def handle(self, _: list[Msg]) -> Sequence[Msg]:
        self.has_begun.set()
        await self.may_go_on.wait()
        if self._failures:
            self._failures -= 1
            raise ConnectionResetError
        return ()

    def count_retry(self) -> None:
        self.retries += 1

    async def work(self, nats: LeanClient, stopping: asyncio.Event) -> None:
        loop = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=10)
        await work_through(
            loop,
            self.handle,
            stopping,
            self.progress,
            concurrency=1,
            on_done=self.is_done.set,
            on_retry=self.count_retry,
        )


async def _store_messages(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(
            Outgoing(subject="activity.observed.v1.acme", headers={"Nats-Msg-Id": str(number)}, data=b"") for number in range(3)
        )


async def _unacknowledged(nats: LeanClient) -> int:
    return (await nats.jetstream().consumer_info(ACTIVITIES, SCORING_CONSUMER)).num_ack_pending or 0


async def test_a_batch_is_acknowledged_after_it_is_done_and_not_before(nats: LeanClient) -> None:
    await _store_messages(nats)
    recorder, stopping = _Recorder(), asyncio.Event()
    working = asyncio.create_task(recorder.work(nats, stopping))

    await recorder.has_begun.wait()
    during = await _unacknowledged(nats)
    recorder.may_go_on.set()
    await recorder.is_done.wait()
    after = await _unacknowledged(nats)

    stopping.set()
    await working
    assert (during, after) == (3, 0)


async def test_a_batch_is_retried_while_a_server_is_down(nats: LeanClient) -> None:
    await _store_messages(nats)
    recorder, stopping = _Recorder(failures=2), asyncio.Event()
    recorder.may_go_on.set()
    working = asyncio.create_task(recorder.work(nats, stopping))

    await recorder.is_done.wait()
    stopping.set()
    await working

    assert await _unacknowledged(nats) == 0
    assert recorder.retries == 2
