"""The delivery loops of several channels side by side, with real receivers and on a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import httpx
import pytest

from services.nudges.deliver import deliver_nudges
from services.nudges.deliver.channel import Channel
from services.nudges.deliver.channel_states import list_channel_states, merge_channels
from services.nudges.deliver.deliver_nudges import add_links
from services.nudges.deliver.deliveries import Delivery, record_delivered
from services.nudges.deliver.loop import DeliveryLoop
from services.nudges.deliver.posting.public_client import http_client
from services.nudges.schema import SCHEMA
from shared.events import NudgeId
from shared.postgres.outbox import OutboxEvent
from shared.postgres.pool import make_pool
from tests.receiver import HALF_A_HEAD, HANG, Received, Receiver, answer, receiving
from tests.services.nudges.deliver.channels.conftest import chat, room
from tests.services.nudges.deliver.channels.test_webhook import channel_to
from tests.services.nudges.deliver.delivering import LINKS, Delivering
from tests.services.nudges.deliver.recorder import Recorder

FAST, SLOW = "recorder", "webhook"
_COUNTS = """
SELECT channel, CASE WHEN state = 'queued' AND last_error <> '' THEN 'retrying' ELSE state END, count(*)
FROM delivery GROUP BY 1, 2
"""


class Running:
    """The loops of some channels."""

    def __init__(self, delivering: Delivering, channels: Sequence[Channel]) -> None:
        self._delivering = delivering
        self.clock = delivering.clock()
        deliverers = [delivering.deliverer(channel, self.clock) for channel in channels]
        self.jobs = [DeliveryLoop(deliverer, on_delivered=lambda: None) for deliverer in deliverers]

    async def until(self, *expected: tuple[str, str, int]) -> None:
        """Return once there are exactly these channels, states and numbers of deliveries. A delivery that failed and will be
        tried again is `retrying`."""
        async with asyncio.timeout(60):
            while await self._counts() != set(expected):
                await asyncio.sleep(0.01)

    async def _counts(self) -> set[tuple[str, str, int]]:
        rows = await self._delivering.pool.fetch(_COUNTS)
        return {tuple(row) for row in rows}

    def pass_time(self, span: timedelta) -> None:
        """Move the clock of the loops, and the time at which the next delivery is queued."""
        self._delivering.now = self.clock.now() + span
        self.clock.step_to(self._delivering.now)


@asynccontextmanager
async def running(delivering: Delivering, *channels: Channel) -> AsyncIterator[Running]:
    await merge_channels(delivering.pool, {channel.name: channel for channel in channels})
    started, stopping = Running(delivering, channels), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in started.jobs:
            group.create_task(loop.run(stopping))
        yield started
        stopping.set()


async def queue_for_both(delivering: Delivering, count: int) -> None:
    """Queue so many nudges for both channels."""
    await delivering.queue(count)
    await delivering.pool.execute(
        "INSERT INTO delivery (nudge_id, channel, state, due_at, queued_at)"
        " SELECT nudge_id, $1, 'queued', due_at, queued_at FROM delivery WHERE channel = $2 ON CONFLICT DO NOTHING",
        SLOW,
        FAST,
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as serving:
        yield serving


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with http_client() as opened:
        yield opened


async def test_a_receiver_that_hangs_delays_no_other_channel_and_holds_only_its_own_places(
    delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.script(default=HANG)
    await queue_for_both(delivering, 40)

    async with running(delivering, delivering.channel, channel_to(receiver.url, client, timeout_s=20)) as started:
        await started.until((FAST, "delivered", 40), (SLOW, "sending", 8), (SLOW, "queued", 32))
        assert len(delivering.channel.attempts) == 40
        receiver.script()
        receiver.go_on.set()
        await started.until((FAST, "delivered", 40), (SLOW, "delivered", 40))

    assert len({request.id for request in receiver.received}) == len(receiver.received) == 40


async def test_one_request_that_hangs_holds_up_no_other_of_its_channel(
    delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    hanging = [HANG]
    receiver.behave = lambda _: hanging.pop() if hanging else answer(204)
    await queue_for_both(delivering, 40)

    async with running(delivering, delivering.channel, channel_to(receiver.url, client, timeout_s=20)) as started:
        await started.until((FAST, "delivered", 40), (SLOW, "sending", 1), (SLOW, "delivered", 39))
        receiver.go_on.set()
        await started.until((FAST, "delivered", 40), (SLOW, "delivered", 40))


async def test_a_room_that_hangs_holds_up_no_other_channel(delivering: Delivering, receiver: Receiver) -> None:
    receiver.script(default=HANG)
    await queue_for_both(delivering, 40)

    async with chat(room(receiver)) as hanging:
        hanging.name = SLOW
        async with running(delivering, delivering.channel, hanging) as started:
            await started.until((FAST, "delivered", 40), (SLOW, "sending", 1), (SLOW, "queued", 39))
            receiver.script(default=answer(200))
            receiver.go_on.set()
            await started.until((FAST, "delivered", 40), (SLOW, "delivered", 40))

    assert len(receiver.received) == 40


def _redirect(_: Received) -> bytes:
    return answer(302, location="http://169.254.169.254/latest/meta-data")


MISBEHAVIOURS: dict[str, Callable[[Received], bytes]] = {
    "answered 500": lambda _: answer(500),
    "no answer (RemoteProtocolError)": lambda _: HALF_A_HEAD,
    "answered 302; redirects are not followed: set channels.webhook.url to where it leads": _redirect,
    "no answer within 0.3 s": lambda _: HANG,
}


@pytest.mark.parametrize("error", MISBEHAVIOURS)
async def test_a_receiver_that_misbehaves_is_tried_again_and_accepts_each_nudge_once(
    error: str, delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.behave = MISBEHAVIOURS[error]
    await queue_for_both(delivering, 3)

    impatient = channel_to(receiver.url, client, timeout_s=0.3 if "within" in error else 20)
    async with running(delivering, delivering.channel, impatient) as started:
        await started.until((FAST, "delivered", 3), (SLOW, "retrying", 3))
        rows = await delivering.pool.fetch("SELECT last_error FROM delivery WHERE channel = $1", SLOW)
    requests_refused = len(receiver.received)
    receiver.script()
    delivering.now += timedelta(hours=1)
    async with running(delivering, channel_to(receiver.url, client, timeout_s=20)) as started:
        await started.until((FAST, "delivered", 3), (SLOW, "delivered", 3))

    assert {row["last_error"] for row in rows} == {error}
    accepted = receiver.received[requests_refused:]
    assert len({request.id for request in accepted}) == len(accepted) == 3


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("retry_after", ["600", "Mon, 02 Mar 2026 11:10:00 GMT"], ids=["seconds", "a date"])
async def test_a_receiver_that_asks_for_a_wait_gets_nothing_until_then(
    status: int, retry_after: str, delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.script(answer(status, retry_after=retry_after))
    await queue_for_both(delivering, 1)

    channel = channel_to(receiver.url, client, clock=delivering.clock())
    async with running(delivering, delivering.channel, channel) as started:
        await started.until((FAST, "delivered", 1), (SLOW, "retrying", 1))
        started.pass_time(timedelta(seconds=599))
        await queue_for_both(delivering, 5)
        await started.until((FAST, "delivered", 6), (SLOW, "retrying", 1), (SLOW, "queued", 5))
        assert len(receiver.received) == 1
        started.pass_time(timedelta(seconds=1))
        await started.until((FAST, "delivered", 6), (SLOW, "delivered", 6))

    assert len(receiver.received) == 7


async def test_a_receiver_that_is_gone_is_asked_once(
    delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.script(default=answer(410))
    await queue_for_both(delivering, 1)

    async with running(delivering, delivering.channel, channel_to(receiver.url, client)) as started:
        await started.until((FAST, "delivered", 1), (SLOW, "failed", 1))
        await queue_for_both(delivering, 20)
        started.pass_time(timedelta(minutes=1))
        await started.until((FAST, "delivered", 21), (SLOW, "failed", 21))

    assert len(receiver.received) == 1
    (state,) = await list_channel_states(delivering.pool, [SLOW], now=delivering.now)
    assert state.disabled_at is not None


async def test_a_crash_between_the_yes_and_its_record_sends_once_more_with_the_same_key(
    delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    await queue_for_both(delivering, 1)
    channel = channel_to(receiver.url, client)
    await merge_channels(delivering.pool, {SLOW: channel})
    (claimed,) = await delivering.deliverer(channel).claim(10)
    # The receiver accepts it, and the process dies before that is recorded.
    await channel.send(add_links(claimed.nudge, LINKS), attempts=claimed.attempts)
    await delivering.expire_leases()

    async with running(delivering, channel) as started:
        await started.until((FAST, "queued", 1), (SLOW, "delivered", 1))

    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert first.verified_body() == second.verified_body()


async def test_replicas_share_a_channel_and_send_nothing_twice(
    delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient, nudges_database_url: str
) -> None:
    await queue_for_both(delivering, 100)
    channel = channel_to(receiver.url, client)
    other_pool = await make_pool(nudges_database_url, schema=SCHEMA)
    other = Delivering(pool=other_pool, channel=Recorder(), metrics=delivering.metrics, now=delivering.now)

    async with running(delivering, channel) as started, running(other, channel):
        await started.until((FAST, "queued", 100), (SLOW, "delivered", 100))

    assert len({request.id for request in receiver.received}) == len(receiver.received) == 100
    await other_pool.close()


async def test_while_postgres_is_down_a_yes_is_kept_until_it_can_be_recorded(
    delivering: Delivering, receiver: Receiver, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures_left = [1, 2]

    async def record_after_two_failures(
        pool: asyncpg.Pool, channel: str, accepted: Sequence[tuple[Delivery, OutboxEvent]], **instants: object
    ) -> set[NudgeId]:
        if failures_left:
            failures_left.pop()
            raise OSError("Postgres is down")
        return await record_delivered(pool, channel, accepted, now=delivering.now)

    monkeypatch.setattr(deliver_nudges, "record_delivered", record_after_two_failures)
    monkeypatch.setattr("shared.service.background._RETRY_S", 0)
    await queue_for_both(delivering, 1)

    async with running(delivering, channel_to(receiver.url, client)) as started:
        await started.until((FAST, "queued", 1), (SLOW, "delivered", 1))

    assert failures_left == []
    assert len(receiver.received) == 1


async def test_a_bug_in_an_attempt_ends_the_loop(delivering: Delivering, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(deliver_nudges, "record_delivered", fail)
    await delivering.queue()
    loop = DeliveryLoop(delivering.deliverer(), on_delivered=lambda: None)

    with pytest.raises(RuntimeError, match="a bug of ours"):
        await loop.run(asyncio.Event())


async def test_an_attempt_that_does_not_end_is_left_to_its_lease(
    delivering: Delivering, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_sending, stopping = asyncio.Event(), asyncio.Event()

    async def hang(*_: object, **__: object) -> None:
        is_sending.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(delivering.channel, "send", hang)
    monkeypatch.setattr("services.nudges.deliver.loop._FINISH_TIMEOUT_S", 0)
    await delivering.queue()
    loop = asyncio.create_task(DeliveryLoop(delivering.deliverer(), on_delivered=lambda: None).run(stopping))
    await is_sending.wait()

    stopping.set()
    await loop

    assert await delivering.states() == [("sending", 1, "")]
