"""Streams and the positions of their consumers survive a copy, on a real server."""

import asyncio
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

from deploy.local.backup.manifest import StreamEntry
from deploy.local.backup.streams import (
    StreamNotCopied,
    StreamNotRestored,
    copy_stream,
    note_consumers,
    restore_consumer,
    restore_stream,
)
from deploy.local.servers.nats_server import NatsServer
from shared.jetstream.client import LeanClient, connect
from shared.jetstream.streams import TRANSLATE_CONSUMER, WEBHOOKS, backlog, provision
from tests.backends import Servers
from tests.conftest import _account_numbers

SUBJECT = "webhook.received.v1.acme"


@pytest.fixture
async def elsewhere(servers: Servers) -> AsyncIterator[LeanClient]:
    """A connection to a broker without streams."""
    connection = await connect(servers.nats_account_url(next(_account_numbers)), name="test")
    yield connection
    await connection.close()


async def _publish(connection: LeanClient, bodies: list[bytes]) -> None:
    for body in bodies:
        await connection.jetstream().publish(SUBJECT, body, headers={"Nats-Msg-Id": body[:8].decode("latin-1")})


async def _move(source: LeanClient, target: LeanClient) -> StreamEntry:
    file = io.BytesIO()
    stream = await copy_stream(source, WEBHOOKS, file)
    file.seek(0)
    await restore_stream(target, stream, file)
    return stream


async def test_a_stream_keeps_its_messages_numbers_and_settings(nats: LeanClient, elsewhere: LeanClient) -> None:
    await _publish(nats, [b"%08d" % number for number in range(5)])
    await nats.jetstream().delete_msg(WEBHOOKS, 3)

    stream = await _move(nats, elsewhere)

    original, copy = [await connection.jetstream().stream_info(WEBHOOKS) for connection in (nats, elsewhere)]
    assert (stream.first_number, stream.last_number, stream.messages) == (1, 5, 4)
    assert (copy.state.first_seq, copy.state.last_seq, copy.state.messages) == (1, 5, 4)
    assert (copy.config.subjects, copy.config.max_age) == (original.config.subjects, original.config.max_age)
    assert (await elsewhere.jetstream().get_msg(WEBHOOKS, 4)).data == b"00000003"
    with pytest.raises(NotFoundError):
        await elsewhere.jetstream().get_msg(WEBHOOKS, 3)


async def test_a_stream_of_many_chunks_is_whole(nats: LeanClient, elsewhere: LeanClient) -> None:
    bodies = [b"%08d" % number + os.urandom(100_000) for number in range(200)]
    await _publish(nats, bodies)

    await _move(nats, elsewhere)

    for number in (1, 77, 200):
        assert (await elsewhere.jetstream().get_msg(WEBHOOKS, number)).data == bodies[number - 1]


async def test_an_empty_stream_stays_empty(nats: LeanClient, elsewhere: LeanClient) -> None:
    assert (await _move(nats, elsewhere)).messages == 0

    assert (await elsewhere.jetstream().stream_info(WEBHOOKS)).state.messages == 0


async def test_a_message_that_is_published_again_is_still_a_duplicate_once_the_server_was_restarted(
    nats: LeanClient, tmp_path: Path
) -> None:
    await _publish(nats, [b"12345678"])
    server = NatsServer(tmp_path / "nats")
    for step in ("restore", "publish"):
        await server.start()
        elsewhere = await connect(server.url, name="test")
        if step == "restore":
            await _move(nats, elsewhere)
        else:
            again = await elsewhere.jetstream().publish(SUBJECT, b"", headers={"Nats-Msg-Id": "12345678"})
            assert (again.seq, again.duplicate) == (1, True)
        await elsewhere.close()
        await server.stop()


async def test_a_consumer_begins_after_the_last_message_before_which_everything_was_processed(
    nats: LeanClient, elsewhere: LeanClient
) -> None:
    await _publish(nats, [b"%08d" % number for number in range(5)])
    bound = await nats.jetstream().pull_subscribe_bind(TRANSLATE_CONSUMER, WEBHOOKS)
    messages = await bound.fetch(4)
    for number in (0, 1, 3):
        await messages[number].ack_sync()

    (noted,) = await note_consumers(nats, WEBHOOKS)
    await _move(nats, elsewhere)
    await restore_consumer(elsewhere, noted)

    assert (noted.name, noted.floor) == (TRANSLATE_CONSUMER, 2)
    again = await elsewhere.jetstream().pull_subscribe_bind(TRANSLATE_CONSUMER, WEBHOOKS)
    assert [message.data for message in await again.fetch(5, timeout=2)] == [b"00000002", b"00000003", b"00000004"]


async def test_the_services_accept_a_restored_consumer_as_theirs(nats: LeanClient, elsewhere: LeanClient) -> None:
    (noted,) = await note_consumers(nats, WEBHOOKS)
    await _move(nats, elsewhere)
    await restore_consumer(elsewhere, noted)
    before = await elsewhere.jetstream().consumer_info(WEBHOOKS, TRANSLATE_CONSUMER)

    await provision(elsewhere)

    after = await elsewhere.jetstream().consumer_info(WEBHOOKS, TRANSLATE_CONSUMER)
    original = await nats.jetstream().consumer_info(WEBHOOKS, TRANSLATE_CONSUMER)
    assert after.created == before.created
    assert (after.config.ack_wait, after.config.max_ack_pending) == (original.config.ack_wait, original.config.max_ack_pending)
    assert await backlog(elsewhere, WEBHOOKS, TRANSLATE_CONSUMER) == 0


async def test_a_consumer_that_acknowledges_nothing_begins_after_the_last_message_that_it_was_given(nats: LeanClient) -> None:
    await _publish(nats, [b"%08d" % number for number in range(5)])
    listener = ConsumerConfig(durable_name="listener", ack_policy=AckPolicy.NONE)
    await nats.jetstream().add_consumer(WEBHOOKS, listener)
    await (await nats.jetstream().pull_subscribe_bind("listener", WEBHOOKS)).fetch(2)

    noted = {consumer.name: consumer.floor for consumer in await note_consumers(nats, WEBHOOKS)}

    assert noted == {TRANSLATE_CONSUMER: 0, "listener": 2}


async def test_a_consumer_that_lives_only_as_long_as_its_client_is_left_out(nats: LeanClient) -> None:
    await nats.jetstream().subscribe(SUBJECT, stream=WEBHOOKS, ordered_consumer=True)

    assert [consumer.name for consumer in await note_consumers(nats, WEBHOOKS)] == [TRANSLATE_CONSUMER]


async def test_messages_that_arrive_while_the_stream_is_copied_do_no_harm(nats: LeanClient, elsewhere: LeanClient) -> None:
    await _publish(nats, [b"%08d" % number + os.urandom(100_000) for number in range(100)])

    _, stream = await asyncio.gather(_publish(nats, [b"later%03d" % number for number in range(200)]), _move(nats, elsewhere))

    state = (await elsewhere.jetstream().stream_info(WEBHOOKS)).state
    assert state.first_seq == 1
    assert state.messages == state.last_seq >= stream.last_number >= 100


async def test_a_stream_that_does_not_exist_is_named(elsewhere: LeanClient) -> None:
    with pytest.raises(StreamNotCopied, match=r"WEBHOOKS \(stream not found\)"):
        await copy_stream(elsewhere, WEBHOOKS, io.BytesIO())
    with pytest.raises(StreamNotCopied, match=r"WEBHOOKS \(stream not found\)"):
        await note_consumers(elsewhere, WEBHOOKS)


async def test_a_copy_that_the_server_does_not_take_is_named(nats: LeanClient, elsewhere: LeanClient) -> None:
    file = io.BytesIO()
    stream = await copy_stream(nats, WEBHOOKS, file)

    with pytest.raises(StreamNotRestored, match="WEBHOOKS"):
        await restore_stream(elsewhere, stream, io.BytesIO(b"no archive"))


async def test_a_copy_with_fewer_messages_than_noted_is_refused(nats: LeanClient, elsewhere: LeanClient) -> None:
    await _publish(nats, [b"%08d" % number for number in range(3)])
    file = io.BytesIO()
    stream = await copy_stream(nats, WEBHOOKS, file)
    file.seek(0)

    with pytest.raises(StreamNotRestored, match=r"WEBHOOKS \(it ends at message 3 instead of 4\)"):
        await restore_stream(elsewhere, stream.model_copy(update={"last_number": 4}), file)
