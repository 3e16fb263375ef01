"""The publisher and the pull loop, on a real broker."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from deploy.local.servers.nats_server import NatsServer
from shared.jetstream.client import ConnectionLog, LeanClient, connect, disconnect
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.jetstream.pull_loop import PullLoop
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER, backlog, provision


def _message(number: int, *, message_id: str | None = None) -> Outgoing:
    headers = {"Nats-Msg-Id": message_id or f"id-{number}"}
    return Outgoing(subject="activity.observed.v1.acme", headers=headers, data=str(number).encode())


async def _stored(nats: LeanClient) -> int:
    return (await nats.jetstream().stream_info(ACTIVITIES)).state.messages


async def test_many_messages_at_once_are_all_stored_in_order(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(_message(number) for number in range(1_200))

    assert await _stored(nats) == 1_200
    assert (await nats.jetstream().get_msg(ACTIVITIES, 777)).data == b"776"


async def test_one_duplicate_in_a_group_does_not_fail_its_neighbours(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store(_message(1))
        await publisher.store_all([_message(1), _message(2), _message(3), _message(2)])

    assert await _stored(nats) == 3


async def test_a_subject_without_a_stream_is_refused_and_its_neighbours_are_stored(nats: LeanClient) -> None:
    async with Publisher(nats, timeout_s=1) as publisher:
        lost = publisher.store(Outgoing(subject="nobody.takes.this", headers={}, data=b""))
        outcomes = await asyncio.gather(publisher.store(_message(1)), lost, return_exceptions=True)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], NotStored)


async def test_a_closed_publisher_says_no(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        pass

    with pytest.raises(NotStored):
        await publisher.store(_message(1))


async def test_a_pull_loop_hands_over_what_there_is_and_acknowledges_it(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(_message(number) for number in range(700))
    loop = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=250)

    seen: list[bytes] = []
    async for batch in loop:
        assert len(batch) <= 250
        seen += [message.data for message in batch]
        await loop.ack(batch)
        if len(seen) == 700:
            loop.stop()

    assert sorted(seen, key=int) == [str(number).encode() for number in range(700)]
    assert await backlog(nats, ACTIVITIES, SCORING_CONSUMER) == 0


async def test_a_batch_given_back_comes_again(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store(_message(1))
    loop = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=10)

    deliveries = []
    async for batch in loop:
        deliveries.append(batch[0].metadata.num_delivered)
        if len(deliveries) == 1:
            await loop.give_back(batch, delay_s=0)
        else:
            await loop.ack(batch)
            loop.stop()

    assert deliveries == [1, 2]


async def test_what_a_stopped_loop_has_fetched_goes_to_another(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(_message(number) for number in range(100))
    first = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=10)
    async for batch in first:
        await first.ack(batch)
        first.stop()

    second = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=50)
    seen = 0
    async with asyncio.timeout(10):
        async for batch in second:
            seen += len(batch)
            await second.ack(batch)
            if seen == 90:
                second.stop()

    assert seen == 90


async def test_batches_follow_each_other_without_waiting_for_a_request_to_expire(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(_message(number) for number in range(5_000))
    loop = PullLoop(nats, stream=ACTIVITIES, consumer=SCORING_CONSUMER, batch_max=100)

    seen = 0
    async with asyncio.timeout(6):  # one expired request alone would take longer
        async for batch in loop:
            seen += len(batch)
            await loop.ack(batch)
            if seen == 5_000:
                loop.stop()

    assert seen == 5_000


async def test_large_messages_share_a_batch_only_up_to_a_size(nats: LeanClient) -> None:
    big = [Outgoing(subject="activity.observed.v1.acme", headers={}, data=bytes(1_500_000)) for _ in range(9)]

    async with Publisher(nats) as publisher:
        await publisher.store_all(big)

    assert await _stored(nats) == 9


async def test_while_the_broker_is_away_everybody_is_told_at_once(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    connection = await connect(server.url, name="test")
    await provision(connection)
    async with Publisher(connection, timeout_s=60) as publisher:
        await publisher.store(_message(1))
        await server.stop()
        while connection.is_connected:
            await asyncio.sleep(0.01)

        async with asyncio.timeout(10):
            outcomes = await asyncio.gather(*[publisher.store(_message(n)) for n in range(20)], return_exceptions=True)
    await disconnect(connection)

    assert all(isinstance(outcome, NotStored) for outcome in outcomes)


async def test_that_the_broker_is_away_is_logged_once_for_many_attempts() -> None:
    log = ConnectionLog(LeanClient())

    with capture_logs() as logs:
        for _ in range(3):
            await log.failed(OSError("refused by 1"))
        await log.reconnected()
        await log.failed(OSError("refused by 1"))

    assert [one["event"] for one in logs if one.get("error") == "refused by 1"] == ["nats_error", "nats_error"]


async def test_each_refusal_by_a_connected_broker_is_logged(nats: LeanClient) -> None:
    log = ConnectionLog(nats)

    with capture_logs() as logs:
        for _ in range(2):
            await log.failed(OSError("no permission for 2"))

    assert [one["event"] for one in logs if one.get("error") == "no permission for 2"] == ["nats_error", "nats_error"]
