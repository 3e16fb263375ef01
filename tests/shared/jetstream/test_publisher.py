"""The publisher, on a real broker: what it confirms is stored, and what is not stored it reports."""

import asyncio
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from deploy.local.servers.nats_server import NatsServer
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.publisher import NotStored, Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, provision
from tests.shared.jetstream.messages import observation_message

MANY = 1_200
"""More than two atomic batches hold."""


async def _stored(nats: LeanClient) -> int:
    return (await nats.jetstream().stream_info(ACTIVITIES)).state.messages


async def test_many_messages_at_once_are_all_stored_in_order(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        await publisher.store_all(observation_message(number) for number in range(MANY))

    assert await _stored(nats) == MANY
    assert (await nats.jetstream().get_msg(ACTIVITIES, 777)).data == b"776"


async def test_one_duplicate_in_a_batch_does_not_fail_its_neighbours(nats: LeanClient) -> None:
    """JetStream refuses an atomic batch as a whole if one id in it is a duplicate."""
    async with Publisher(nats) as publisher:
        await publisher.store(observation_message(1))
        await publisher.store_all(observation_message(number) for number in (1, 2, 3, 2))

    assert await _stored(nats) == 3


async def test_a_subject_without_a_stream_is_refused_and_its_neighbours_are_stored(nats: LeanClient) -> None:
    async with Publisher(nats, timeout_s=1) as publisher:
        refused = publisher.store(Outgoing(subject="a.subject.without.a.stream", headers={}, data=b""))
        outcomes = await asyncio.gather(publisher.store(observation_message(1)), refused, return_exceptions=True)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], NotStored)
    assert await _stored(nats) == 1


async def test_a_confirmation_that_does_not_come_is_not_waited_for_longer_than_the_timeout(nats: LeanClient) -> None:
    """The reply to a message that was lost with a connection never comes."""

    async def ignore(_: Msg) -> None:
        return

    await nats.subscribe("a.subject.without.a.stream", cb=ignore)

    async with Publisher(nats, timeout_s=0.05) as publisher:
        with pytest.raises(NotStored, match="TimeoutError"):
            await publisher.store(Outgoing(subject="a.subject.without.a.stream", headers={}, data=b""))


async def test_leaving_a_publisher_waits_for_what_it_has_accepted(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        storing = asyncio.create_task(publisher.store_all(observation_message(number) for number in range(3)))
        await asyncio.sleep(0)

    assert await _stored(nats) == 3
    await storing


async def test_a_closed_publisher_refuses_messages(nats: LeanClient) -> None:
    async with Publisher(nats) as publisher:
        pass

    with pytest.raises(NotStored):
        await publisher.store(observation_message(1))


async def test_large_messages_share_a_batch_only_up_to_a_size(nats: LeanClient) -> None:
    large = [Outgoing(subject="activity.observed.v1.acme", headers={}, data=bytes(1_500_000)) for _ in range(9)]

    async with Publisher(nats) as publisher:
        await publisher.store_all(large)

    assert await _stored(nats) == 9


async def test_while_the_broker_is_down_every_message_is_refused_at_once(tmp_path: Path) -> None:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    connection = await connect(server.url, name="test")
    await provision(connection)
    async with Publisher(connection, timeout_s=60) as publisher:
        await publisher.store(observation_message(1))
        await server.stop()
        while connection.is_connected:
            await asyncio.sleep(0.01)

        async with asyncio.timeout(10):
            storing = [publisher.store(observation_message(number)) for number in range(20)]
            outcomes = await asyncio.gather(*storing, return_exceptions=True)
    await disconnect(connection)

    assert all(isinstance(outcome, NotStored) for outcome in outcomes)
