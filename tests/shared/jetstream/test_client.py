"""What arrives, held against the reading of nats-py itself."""

import asyncio
import itertools
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from nats.aio.client import Client
from nats.errors import ProtocolError
from nats.errors import TimeoutError as ClientTimeoutError
from nats.js import JetStreamContext
from nats.protocol.parser import Parser

from shared.jetstream.client import Headers, LeanClient, LeanParser
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
    """Writes down what a parser hands over."""

    def __init__(self) -> None:
        self.got: list[tuple[object, ...]] = []

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None) -> None:
        self.got.append((sid, subject, reply, data, headers))

    def take(self, *_: bytes) -> bool:
        return False

    async def _process_err(self, error: str) -> None:
        self.got.append((error,))

    async def _process_info(self, info: object) -> None:
        self.got.append((info,))

    async def _process_ping(self) -> None:
        self.got.append(("ping",))

    async def _process_pong(self) -> None:
        self.got.append(("pong",))


@given(
    sent=some.lists(some.sampled_from(_MESSAGES), max_size=8).map(b"".join),
    broken=some.sampled_from([b"", b"HMSG a 1 x y\r\n", b"HMSG a 1\r\n", b"HMSG"]),
    cuts=some.lists(some.integers(0, 400_000), max_size=6),
)
def test_messages_are_read_as_nats_py_reads_them_however_they_are_cut(sent: bytes, broken: bytes, cuts: list[int]) -> None:
    whole = sent + broken
    bounds = sorted({0, len(whole), *[cut % (len(whole) + 1) for cut in cuts]})
    pieces = [whole[start:end] for start, end in itertools.pairwise(bounds)]

    assert _read(LeanParser, pieces) == _read(Parser, pieces)


def _read(kind: type[Parser], pieces: Iterable[bytes]) -> tuple[list[tuple[object, ...]], bool]:
    """What was handed over, and whether the rest was refused."""
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
    return receiver.got, refused


@example(raw=b"ce-id: a\r\nce-id: b\r\nno colon\r\n: no name\r\nin side: c\r\n f: folded\r\n\r\n")
@example(raw=b"ce-id: a\r\nce-id : b\r\nx: ce-id: c\r\n")
@given(raw=some.lists(some.sampled_from(_PIECES) | some.text("ab:\r\n ").map(str.encode), max_size=30).map(b"".join))
def test_headers_are_read_as_nats_py_reads_them(raw: bytes) -> None:
    expected = Client._parse_header_lines(raw)

    asked = Headers(b"NATS/1.0\r\n" + raw)
    one_by_one = {name: asked.get(name) for name in [*_NAMES, *expected]}
    in_all = dict(Headers(b"NATS/1.0\r\n" + raw))

    assert one_by_one == {name: expected.get(name) for name in [*_NAMES, *expected]}
    assert in_all == expected


async def test_a_fetch_without_a_message_raises_the_clients_own_error(
    nats: LeanClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def expire(*_: object) -> None:
        raise TimeoutError

    subscription = await nats.jetstream().pull_subscribe("", durable=ANNOUNCEMENTS_CONSUMER, stream=NUDGES)
    monkeypatch.setattr(JetStreamContext.PullSubscription, "fetch", expire)

    with pytest.raises(ClientTimeoutError):
        await subscription.fetch(1, timeout=0.1)
