"""The HTTP side of a process: what becomes of requests that cannot be finished."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from shared.service.http.limits import PROBE_LIMITS
from shared.service.process import Front, probe_front

TIMEOUT_S = 20.0


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0.01)


async def _connect(front: Front) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    await _until(lambda: front.server.started)
    return await asyncio.open_connection("127.0.0.1", front.server.servers[0].sockets[0].getsockname()[1])


async def test_a_client_that_leaves_while_it_sends_writes_nothing_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    left = asyncio.Event()

    async def read(request: Request) -> PlainTextResponse:
        try:
            await request.body()
        finally:
            left.set()
        return PlainTextResponse("read")

    front = Front(Starlette(routes=[Route("/read", read, methods=["POST"])]), host="127.0.0.1", port=0)
    _, writer = await _connect(front)
    writer.write(b"POST /read HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n")
    await _until(lambda: bool(front.server.server_state.tasks))
    writer.transport.abort()
    await left.wait()
    await _until(lambda: not front.server.server_state.tasks)
    front.server.should_exit = True
    await front.serving

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_request_in_hand_when_the_time_to_stop_is_over_is_answered_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.http_server._DRAIN_S", 0)
    asked = asyncio.Event()

    async def hang(_: Request) -> PlainTextResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    front = Front(Starlette(routes=[Route("/hang", hang)]), host="127.0.0.1", port=0)
    reader, writer = await _connect(front)
    writer.write(b"GET /hang HTTP/1.1\r\nHost: h\r\n\r\n")
    await asked.wait()
    front.server.should_exit = True
    await front.serving
    answered = (await reader.read()).lower()
    writer.close()

    assert answered.startswith(b"http/1.1 503 ")
    assert b"retry-after: 5\r\n" in answered


async def test_a_response_that_has_begun_is_broken_off_when_the_time_to_stop_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("shared.service.http_server._DRAIN_S", 0)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.Event().wait()

    async def begin(_: Request) -> StreamingResponse:
        return StreamingResponse(pieces())

    front = Front(Starlette(routes=[Route("/begin", begin)]), host="127.0.0.1", port=0)
    reader, writer = await _connect(front)
    writer.write(b"GET /begin HTTP/1.1\r\nHost: h\r\n\r\n")
    begun = await reader.readuntil(b"one")
    front.server.should_exit = True
    await front.serving
    rest = await reader.read()
    writer.close()

    assert begun.startswith(b"HTTP/1.1 200 OK")
    assert b"HTTP/1.1" not in rest
    assert not [record for record in caplog.records if record.exc_info]


async def test_the_front_of_probes_has_few_places_and_gives_the_last_one_to_the_newest_client() -> None:
    front = probe_front(host="127.0.0.1", port=0)
    idle = [await _connect(front) for _ in range(PROBE_LIMITS.connections_per_address_max)]
    reader, writer = await _connect(front)

    writer.write(b"GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    answer = await reader.read()

    assert b"200 OK" in answer
    assert await idle[0][0].read() == b""  # it has made room
    for _, other in idle:
        other.close()
    front.server.should_exit = True
    await front.serving
