"""The server's limits on a request's head, over real sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from shared.service.http.limits import DEFAULT_LIMITS, HttpLimits
from shared.service.http.protocol import CUT
from shared.service.http_server import http_server
from tests.serving import served

GOOD = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


async def _cut(scope: Scope, receive: Receive, _: Send) -> None:
    scope["extensions"][CUT]()
    while (await receive())["type"] != "http.disconnect":
        pass


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def cut(request: Request) -> object:
        return _cut

    app = Starlette(routes=[Route("/echo", _echo, methods=["POST"]), Route("/cut", cut)])
    async with served(app, limits=HttpLimits(head_timeout_s=0.3, head_bytes_max=8_000, head_fields_max=20)) as port:
        yield port


async def _answer(port: int, *pieces: bytes) -> bytes:
    """Everything that the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_two_requests_on_one_connection_are_both_answered(port: int) -> None:
    last = GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close")

    answered = await _answer(port, GOOD, last)

    assert answered.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"POST /echo HTTP/1.1\r\n",),
        (b"POST /echo HTTP/1.1\r\nHost: h\r\nX-Slow: ", b"a", b"b"),
        (GOOD, b"\r\n"),
        (GOOD, b"POST /ec"),
    ],
    ids=["nothing", "no end", "trickled", "an empty line after an answer", "half a second request"],
)
async def test_a_client_that_does_not_end_its_head_is_cut_off(port: int, pieces: tuple[bytes, ...]) -> None:
    answered = await _answer(port, *pieces)

    assert answered.count(b"HTTP/1.1 ") == pieces.count(GOOD)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Host: h\r\nX-Long: " + b"x" * 20_000, b"431"),
        (b"Host: h\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(30)), b"431"),
        (b"X-No-Host: 1", b"400"),
        (b"Host: h\r\nHost: other", b"400"),
        (b"Host: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked", b"400"),
        (b"Host: h\r\nContent-Length: 2\r\nContent-Length: 3", b"400"),
        (b"Host: h\r\nContent-Length: +3", b"400"),
        (b"Host: h\r\nTransfer-Encoding: xchunked", b"400"),
        (b"Host: h\r\nX-Nul: a\x00b", b"400"),
    ],
)
async def test_a_head_that_is_too_large_or_ambiguous_is_refused(port: int, head: bytes, status: bytes) -> None:
    answered = await _answer(port, b"POST /echo HTTP/1.1\r\n" + head + b"\r\n\r\nok")

    assert answered.split(b" ")[1] == status


async def test_an_endless_head_is_read_only_up_to_the_limit(port: int) -> None:
    answered = await _answer(port, b"POST /echo HTTP/1.1\r\nHost: h\r\nX-Long: ", *[b"x" * 100_000] * 50)

    assert answered == b"" or answered.startswith(b"HTTP/1.1 431")  # closing with unread data may discard the answer


async def test_many_idle_connections_delay_no_request(port: int) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]

    answered = await _answer(port, GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close"))

    assert answered.startswith(b"HTTP/1.1 200")
    for reader, writer in idle:
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


async def test_an_application_can_end_a_connection_without_an_answer(port: int) -> None:
    assert await _answer(port, b"GET /cut HTTP/1.1\r\nHost: h\r\n\r\n") == b""


async def test_what_answers_without_an_end_learns_that_the_server_ends() -> None:
    ending = asyncio.Event()

    async def answer_until_the_end(_: Request) -> PlainTextResponse:
        await ending.wait()
        return PlainTextResponse("the end")

    app = Starlette(routes=[Route("/", answer_until_the_end)])
    server = http_server(app, host="127.0.0.1", port=0, limits=DEFAULT_LIMITS)
    server.before_shutdown(ending.set)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    answering = asyncio.create_task(_answer(port, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
    while not server.server_state.tasks:
        await asyncio.sleep(0)

    server.should_exit = True
    await serving

    assert (await answering).endswith(b"the end")


async def _turns_until_all_are_accepted(connections: int) -> int:
    """How many turns the event loop needs to accept so many connections that wait."""
    server = http_server(Starlette(), host="127.0.0.1", port=0, limits=DEFAULT_LIMITS)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    address = server.servers[0].sockets[0].getsockname()
    waiting = [socket.create_connection(address) for _ in range(connections)]
    turns = 0
    while len(server.server_state.connections) < connections:
        await asyncio.sleep(0)
        turns += 1
    for connection in waiting:
        connection.close()
    server.should_exit = True
    await serving
    return turns


async def test_many_simultaneous_connections_are_accepted_in_a_few_turns_of_the_loop() -> None:
    turns = await asyncio.to_thread(uvloop.run, _turns_until_all_are_accepted(100))

    assert turns < 20


OFFERS = [
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    b"UPGRADE: websocket\r\nconnection: upgrade\r\n",
]
BODIES = [
    b"Content-Length: 14\r\n\r\n\r\nUpgrade: h2c",
    b"Transfer-Encoding: chunked\r\n\r\ne\r\n\r\nUpgrade: h2c\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("offer", OFFERS)
async def test_an_offer_to_change_the_protocol_is_passed_over_and_the_body_read(port: int, offer: bytes, body: bytes) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\n" + offer

    answered = await _answer(port, head + body + GOOD.replace(b"Host: h", b"Host: h\r\nConnection: close"))

    first, _, second = answered.partition(b"\r\n\r\n\r\nUpgrade: h2c")
    assert (first[:15], second[:15]) == (b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK")


async def test_an_offer_that_comes_in_two_packets_is_passed_over_or_refused(port: int) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close, Upgrade\r\nUpg"

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    await writer.drain()
    await asyncio.to_thread(lambda: None)  # a turn of the loop, in which the server reads
    writer.write(b"rade: h2c\r\nContent-Length: 2\r\n\r\nok")
    answered = await reader.read()
    writer.close()

    assert answered[:12] == b"HTTP/1.1 400" or answered.endswith(b"ok")


@pytest.mark.parametrize(
    "endless",
    [
        b"0\r\n" + b"".join(b"X-%d: %s\r\n" % (number, b"a" * 100) for number in range(1_000)),
        b"0\r\nX: " + b"a" * 100_000,
        b"2;" + b"a" * 100_000,
    ],
)
async def test_trailers_and_chunk_extensions_are_read_only_up_to_the_limit(port: int, endless: bytes) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"

    answered = await _answer(port, head, *[endless[start : start + 1_000] for start in range(0, len(endless), 1_000)])

    assert not answered.startswith(b"HTTP/1.1 200")


async def test_a_large_body_in_chunks_is_no_trailer(port: int) -> None:
    chunks = b"3e8\r\n" + b"a" * 1_000 + b"\r\n"
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    answered = await _answer(port, head, *[chunks] * 50, b"0\r\nX-Checksum: 1\r\n\r\n")

    assert answered.startswith(b"HTTP/1.1 200")
    assert answered.endswith(b"a" * 1_000)
