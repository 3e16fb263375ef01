"""The client for NATS: it reads what nats-py reads, and logs what happens to its connection."""

import asyncio
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, MaxPayloadError, ProtocolError
from nats.errors import TimeoutError as ClientTimeoutError
from nats.js import JetStreamContext
from nats.protocol.parser import Parser
from structlog.testing import capture_logs

from shared.jetstream.client import Headers, LeanClient, LeanParser, Publication, connect, disconnect
from shared.jetstream.connection_log import ConnectionLog
from shared.jetstream.streams import ANNOUNCEMENTS_CONSUMER, NUDGES

_NAMES = ["ce-id", "id", "Nats-Msg-Id", "x", "ce", "in side", "f", "no colon", "absent"]
_PIECES = [
    b"\r\n",
    b": ",
    b":",
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"ce-id",
    b"Nats-Msg-Id",
    b"\x1f",
    b"x",
]
_MESSAGES = [
    b"HMSG a.b 1 $JS.ACK.c 17 20\r\nNATS/1.0\r\nx: y\r\nabc\r\n",
    b"HMSG a 12 12 12\r\nNATS/1.0\r\n\r\n\r\n",
    b"HMSG  a\t1 12 13\r\nNATS/1.0\r\n\r\n!\r\n",
    b"HMSG a 1 12 100012\r\nNATS/1.0\r\n\r\n" + b"m" * 100_000 + b"\r\n",
    b"MSG a 1 5\r\nHMSG \r\n",
    b"MSG a 1 reply 0\r\n\r\n",
    b"PING\r\n",
    b"PONG\r\n",
    b"+OK\r\n",
    b"-ERR 'it is so'\r\n",
    b"INFO {}\r\n",
]


class _Receiver:
    """Records what a parser hands over."""

    def __init__(self) -> None:
        self.received: list[tuple[object, ...]] = []

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None) -> None:
        self.received.append((sid, subject, reply, data, headers))

    def take(self, *_: bytes) -> bool:
        return False

    async def _process_err(self, error: str) -> None:
        self.received.append((error,))

    async def _process_info(self, info: object) -> None:
        self.received.append((info,))

    async def _process_ping(self) -> None:
        self.received.append(("ping",))

    async def _process_pong(self) -> None:
        self.received.append(("pong",))


@given(
    sent=st.lists(st.sampled_from(_MESSAGES), max_size=8).map(b"".join),
    broken=st.sampled_from([b"", b"HMSG a 1 x y\r\n", b"HMSG a 1\r\n", b"HMSG"]),
    cuts=st.lists(st.integers(0, 400_000), max_size=6),
)
def test_messages_are_read_as_nats_py_reads_them_however_they_are_cut(sent: bytes, broken: bytes, cuts: list[int]) -> None:
    whole = sent + broken
    bounds = sorted({0, len(whole), *[cut % (len(whole) + 1) for cut in cuts]})
    pieces = [whole[start:end] for start, end in itertools.pairwise(bounds)]

    assert _read(LeanParser, pieces) == _read(Parser, pieces)


def _read(kind: type[Parser], pieces: Iterable[bytes]) -> tuple[list[tuple[object, ...]], bool]:
    """What a parser hands over, and whether it refuses the rest."""
    receiver = _Receiver()
    parser = kind(receiver)

    async def read() -> bool:
        try:
            for piece in pieces:
                await parser.parse(piece)
        except ProtocolError:
            return True
        return False

    refused = asyncio.run(read())
    return receiver.received, refused


@example(raw=b"ce-id: a\r\nce-id: b\r\nno colon\r\n: no name\r\nin side: c\r\n f: folded\r\n\r\n")
@example(raw=b"ce-id: a\r\nce-id : b\r\nx: ce-id: c\r\n")
@given(raw=st.lists(st.sampled_from(_PIECES) | st.text("ab:\r\n ").map(str.encode), max_size=30).map(b"".join))
def test_headers_are_read_as_nats_py_reads_them(raw: bytes) -> None:
    expected = Client._parse_header_lines(raw)

    headers = Headers(b"NATS/1.0\r\n" + raw)
    by_name = {name: headers.get(name) for name in [*_NAMES, *expected]}
    whole = dict(Headers(b"NATS/1.0\r\n" + raw))

    assert by_name == {name: expected.get(name) for name in [*_NAMES, *expected]}
    assert whole == expected


async def test_a_fetch_without_a_message_raises_the_clients_own_error(
    nats: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream catches only that one. The other would end its loop, and the messages that it had collected would be lost."""

    async def expire(*_: object) -> None:
        raise TimeoutError

    subscription = await nats.jetstream().pull_subscribe("", durable=ANNOUNCEMENTS_CONSUMER, stream=NUDGES)
    monkeypatch.setattr(JetStreamContext.PullSubscription, "fetch", expire)

    with pytest.raises(ClientTimeoutError):
        await subscription.fetch(1, timeout=0.1)


async def test_a_broker_that_is_down_is_logged_once_for_many_attempts() -> None:
    log = ConnectionLog(LeanClient())

    with capture_logs() as logs:
        for _ in range(3):
            await log.failed(OSError("refused by 1"))
        await log.reconnected()
        await log.failed(OSError("refused by 1"))

    assert [line["event"] for line in logs if line.get("error") == "refused by 1"] == ["nats_error", "nats_error"]


async def test_each_refusal_by_a_connected_broker_is_logged(nats: LeanClient) -> None:
    """The server's permissions refuse a request without an answer, so only the log says why it timed out."""
    log = ConnectionLog(nats)

    with capture_logs() as logs:
        for _ in range(2):
            await log.failed(OSError("no permission for 2"))

    assert [line["event"] for line in logs if line.get("error") == "no permission for 2"] == ["nats_error", "nats_error"]


async def test_an_error_that_nobody_expects_is_logged_with_its_traceback() -> None:
    log = ConnectionLog(LeanClient())

    with capture_logs() as logs:
        await log.failed(KeyError("a bug in a callback"))

    assert isinstance(logs[0]["exc_info"], KeyError)


async def test_messages_are_handled_directly_whatever_their_headers_are(nats: LeanClient) -> None:
    messages: asyncio.Queue[Msg] = asyncio.Queue()
    await nats.subscribe_directly("a.subject", messages.put_nowait)

    for headers in ({"ce-id": "a"}, {"ce-id": "Jos\u00e9"}, None):
        await nats.publish("a.subject", b"body", headers=headers)

    received = [await messages.get() for _ in range(3)]
    ids = [(message.headers or {}).get("ce-id") for message in received]
    assert sorted(ids, key=str) == sorted(["a", "Jos\u00e9", None], key=str)
    assert {message.data for message in received} == {b"body"}


async def test_a_payload_is_published_to_each_subject(nats: LeanClient) -> None:
    subscription = await nats.subscribe("each.*")

    await nats.publish_to_each(["each.1", "each.2"], b"+ACK")
    await nats.publish_to_each([], b"+ACK")

    messages = [await subscription.next_msg() for _ in range(2)]
    await subscription.unsubscribe()
    assert [(message.subject, message.data) for message in messages] == [("each.1", b"+ACK"), ("each.2", b"+ACK")]


async def test_nothing_is_published_on_a_closed_connection(nats_url: str) -> None:
    connection = await connect(nats_url, name="test")
    await disconnect(connection)

    with pytest.raises(ConnectionClosedError):
        await connection.publish_to_each(["each.1"], b"+ACK")
    with pytest.raises(ConnectionClosedError):
        await connection.publish_all([Publication("each.1", {}, b"")])


@pytest.mark.parametrize(
    "headers",
    [
        {"ce-id": "a", "ce-type": "b"},
        {"ce-id": "José", "ce-type": "b"},
        {"ce-id": "  a\r\nX: 1\n", "ce-type": "b"},
        {},
    ],
    ids=["plain", "not ASCII", "a line break", "none"],
)
async def test_messages_in_one_write_arrive_as_those_that_are_published_alone(
    nats: LeanClient, headers: dict[str, str]
) -> None:
    subscription = await nats.subscribe("a.*")
    publications = [Publication("a.1", headers, b"\r\nbody\x00"), Publication("a.2", headers, b"", reply="answers")]

    await nats.publish_all(publications)
    for publication in publications:
        await nats.publish(publication.subject, publication.data, reply=publication.reply, headers=dict(publication.headers))

    arrived = [await subscription.next_msg() for _ in range(4)]
    read = [(message.subject, message.reply, dict(message.headers or {}), message.data) for message in arrived]
    await subscription.unsubscribe()
    assert read[:2] == read[2:]
    assert set(read[0][2]) == set(headers)


async def test_one_message_that_is_too_large_keeps_all_from_being_sent(nats: LeanClient) -> None:
    subscription = await nats.subscribe("a.*")

    with pytest.raises(MaxPayloadError):
        await nats.publish_all([Publication("a.1", {}, b""), Publication("a.2", {}, bytes(nats.max_payload + 1))])
    await nats.publish("a.3", b"")

    assert (await subscription.next_msg()).subject == "a.3"


async def test_disconnecting_from_a_broker_that_is_gone_is_no_error(nats_url: str) -> None:
    connection = await connect(nats_url, name="test")
    await connection.close()

    await disconnect(connection)


async def test_after_a_flush_the_server_knows_every_subscription(nats_url: str) -> None:
    """nats-py sends its ping before what it has buffered, so that the server may answer it first."""
    service, client = await connect(nats_url, name="service"), await connect(nats_url, name="client")

    async def reply(message: Msg) -> None:
        await message.respond(message.data)

    for number in range(50):
        await service.subscribe(f"echo.{number}", cb=reply)
        await service.flush()
        assert (await client.request(f"echo.{number}", b"hello")).data == b"hello"

    await service.close()
    await client.close()
