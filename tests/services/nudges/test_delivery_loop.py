"""The loops of the channels side by side, with real receivers and on a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from services.nudges.app import way_out
from services.nudges.deliver.channels.channel import Channel
from services.nudges.deliver.deliver_nudges import _with_link
from services.nudges.deliver.deliveries import list_channels, note_channels
from services.nudges.deliver.loop import DeliveryLoop
from services.nudges.store import QUERIES, SCHEMA
from shared.postgres.pool import make_pool
from tests.receiver import HALF_A_HEAD, HANG, Received, Receiver, answer, receiving
from tests.services.nudges.channels.test_chat import chat, room
from tests.services.nudges.channels.test_webhook import channel_to
from tests.services.nudges.conftest import LINKS, Nudging, Recorder
from tests.services.nudges.test_deliver_nudges import queue

PROMPT, SLOW = "recorder", "webhook"
_COUNTS = """
SELECT channel, CASE WHEN state = 'queued' AND last_error <> '' THEN 'retrying' ELSE state END, count(*)
FROM delivery GROUP BY 1, 2
"""


class Running:
    """The loops of some channels."""

    def __init__(self, nudging: Nudging, channels: Sequence[Channel]) -> None:
        self._nudging = nudging
        self.clock = nudging.clock()
        deliverers = [nudging.deliverer(channel, self.clock) for channel in channels]
        self.loops = [DeliveryLoop(one, on_delivered=lambda: None) for one in deliverers]

    async def until(self, *expected: tuple[str, str, int]) -> None:
        """Return once there are exactly so many deliveries of these channels in these states. One that failed, and is to be
        tried again, is `retrying`."""
        async with asyncio.timeout(60):
            while await self._counts() != set(expected):
                await asyncio.sleep(0.01)

    async def _counts(self) -> set[tuple[str, str, int]]:
        rows = await self._nudging.pool.fetch(_COUNTS)
        return {tuple(row) for row in rows}

    def pass_time(self, span: timedelta) -> None:
        """Move the clock, for the loops and for what is queued next."""
        self._nudging.now = self.clock.now() + span
        self.clock.step_to(self._nudging.now)


@asynccontextmanager
async def running(nudging: Nudging, *channels: Channel) -> AsyncIterator[Running]:
    await note_channels(nudging.pool, {channel.name: channel for channel in channels})
    loops, stopping = Running(nudging, channels), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for loop in loops.loops:
            group.create_task(loop.run(stopping))
        yield loops
        stopping.set()


async def _queue(nudging: Nudging, count: int, *, first: int = 0) -> None:
    """So many nudges for both channels."""
    await queue(nudging, count, first=first)
    await nudging.pool.execute(
        "INSERT INTO delivery (nudge_id, channel, state, due_at, queued_at)"
        " SELECT nudge_id, $1, 'queued', due_at, queued_at FROM delivery WHERE channel = $2 ON CONFLICT DO NOTHING",
        SLOW,
        PROMPT,
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as serving:
        yield serving


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with way_out() as ours:
        yield ours


async def test_a_receiver_that_hangs_delays_no_other_channel_and_takes_no_more_than_its_places(
    nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.script(then=HANG)
    await _queue(nudging, 40)

    async with running(nudging, nudging.channel, channel_to(receiver.url, client, timeout_s=20)) as loops:
        await loops.until((PROMPT, "delivered", 40), (SLOW, "sending", 8), (SLOW, "queued", 32))
        assert len(nudging.channel.given) == 40
        receiver.script()
        receiver.go_on.set()
        await loops.until((PROMPT, "delivered", 40), (SLOW, "delivered", 40))

    assert len({request.id for request in receiver.received}) == len(receiver.received) == 40


async def test_one_that_hangs_holds_up_none_of_the_others_of_its_channel(
    nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    left = [HANG]
    receiver.behave = lambda _: left.pop() if left else answer(204)
    await _queue(nudging, 40)

    async with running(nudging, nudging.channel, channel_to(receiver.url, client, timeout_s=20)) as loops:
        await loops.until((PROMPT, "delivered", 40), (SLOW, "sending", 1), (SLOW, "delivered", 39))
        receiver.go_on.set()
        await loops.until((PROMPT, "delivered", 40), (SLOW, "delivered", 40))


async def test_a_room_that_hangs_holds_up_no_other_channel(nudging: Nudging, receiver: Receiver) -> None:
    receiver.script(then=HANG)
    await _queue(nudging, 40)

    async with chat(room(receiver)) as hanging:
        hanging.name = SLOW
        async with running(nudging, nudging.channel, hanging) as loops:
            await loops.until((PROMPT, "delivered", 40), (SLOW, "sending", 1), (SLOW, "queued", 39))
            receiver.script(then=answer(200))
            receiver.go_on.set()
            await loops.until((PROMPT, "delivered", 40), (SLOW, "delivered", 40))

    assert len(receiver.received) == 40


def _redirecting(_: Received) -> bytes:
    return answer(302, location="http://169.254.169.254/latest/meta-data")


MISBEHAVIOURS: dict[str, Callable[[Received], bytes]] = {
    "answered 500": lambda _: answer(500),
    "no answer (RemoteProtocolError)": lambda _: HALF_A_HEAD,
    "answered 302; redirects are not followed: set channels.webhook.url to where it leads": _redirecting,
    "no answer within 0.3 s": lambda _: HANG,
}


@pytest.mark.parametrize("said", MISBEHAVIOURS)
async def test_a_receiver_that_misbehaves_is_tried_again_and_each_nudge_gets_through_once(
    said: str, nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.behave = MISBEHAVIOURS[said]
    await _queue(nudging, 3)

    impatient = channel_to(receiver.url, client, timeout_s=0.3 if "within" in said else 20)
    async with running(nudging, nudging.channel, impatient) as loops:
        await loops.until((PROMPT, "delivered", 3), (SLOW, "retrying", 3))
        rows = await nudging.pool.fetch("SELECT last_error FROM delivery WHERE channel = $1", SLOW)
    refused = len(receiver.received)
    receiver.script()
    nudging.now += timedelta(hours=1)
    async with running(nudging, channel_to(receiver.url, client, timeout_s=20)) as loops:
        await loops.until((PROMPT, "delivered", 3), (SLOW, "delivered", 3))

    assert {row["last_error"] for row in rows} == {said}
    taken = receiver.received[refused:]
    assert len({request.id for request in taken}) == len(taken) == 3


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("retry_after", ["600", "Mon, 02 Mar 2026 11:10:00 GMT"], ids=["seconds", "a date"])
async def test_a_receiver_that_asks_to_wait_hears_nothing_until_then(
    status: int, retry_after: str, nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    receiver.script(answer(status, retry_after=retry_after))
    await _queue(nudging, 1)

    async with running(nudging, nudging.channel, channel_to(receiver.url, client, clock=nudging.clock())) as loops:
        await loops.until((PROMPT, "delivered", 1), (SLOW, "retrying", 1))
        loops.pass_time(timedelta(seconds=599))
        await _queue(nudging, 5, first=1)
        await loops.until((PROMPT, "delivered", 6), (SLOW, "retrying", 1), (SLOW, "queued", 5))
        assert len(receiver.received) == 1
        loops.pass_time(timedelta(seconds=1))
        await loops.until((PROMPT, "delivered", 6), (SLOW, "delivered", 6))

    assert len(receiver.received) == 7


async def test_a_receiver_that_is_gone_is_asked_once(nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient) -> None:
    receiver.script(then=answer(410))
    await _queue(nudging, 1)

    async with running(nudging, nudging.channel, channel_to(receiver.url, client)) as loops:
        await loops.until((PROMPT, "delivered", 1), (SLOW, "failed", 1))
        await _queue(nudging, 20, first=1)
        loops.pass_time(timedelta(minutes=1))
        await loops.until((PROMPT, "delivered", 21), (SLOW, "failed", 21))

    assert len(receiver.received) == 1
    (state,) = await list_channels(nudging.pool, [SLOW], now=nudging.now)
    assert state.disabled_at is not None


async def test_a_crash_between_the_yes_and_its_record_sends_once_more_with_the_same_key(
    nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    await _queue(nudging, 1)
    channel = channel_to(receiver.url, client)
    await note_channels(nudging.pool, {SLOW: channel})
    (claimed,) = await nudging.deliverer(channel, nudging.clock()).claim(10)
    await channel.send(
        _with_link(claimed.nudge, LINKS), attempts=claimed.attempts
    )  # the receiver said yes; the process dies before it is recorded
    await nudging.pool.execute(
        "UPDATE delivery SET lease_until = clock_timestamp() - interval '1 second' WHERE channel = $1", SLOW
    )

    async with running(nudging, channel) as loops:
        await loops.until((PROMPT, "queued", 1), (SLOW, "delivered", 1))

    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert first.opened() == second.opened()


async def test_replicas_share_a_channel_and_send_nothing_twice(
    nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient
) -> None:
    await _queue(nudging, 100)
    channel = channel_to(receiver.url, client)
    other = Nudging(
        pool=await make_pool(nudging.url, schema=SCHEMA),
        url=nudging.url,
        channel=Recorder(),
        metrics=nudging.metrics,
        now=nudging.now,
    )

    async with running(nudging, channel) as ours, running(other, channel):
        await ours.until((PROMPT, "queued", 100), (SLOW, "delivered", 100))

    assert len({request.id for request in receiver.received}) == len(receiver.received) == 100
    await other.pool.close()


async def test_while_postgres_is_away_a_yes_is_kept_until_it_can_be_recorded(
    nudging: Nudging, receiver: Receiver, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [1, 2]

    class Failing(dict[str, str]):
        def __getitem__(self, name: str) -> str:
            if name == "mark_delivered" and failures:
                failures.pop()
                raise OSError("Postgres is away")
            return QUERIES[name]

    monkeypatch.setattr("services.nudges.deliver.deliver_nudges.store.QUERIES", Failing())
    monkeypatch.setattr("services.nudges.deliver.deliver_nudges._RECORD_AGAIN_S", 0)
    await _queue(nudging, 1)

    async with running(nudging, channel_to(receiver.url, client)) as loops:
        await loops.until((PROMPT, "queued", 1), (SLOW, "delivered", 1))

    assert failures == []
    assert len(receiver.received) == 1
