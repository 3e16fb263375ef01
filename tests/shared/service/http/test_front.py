"""The HTTP side of a process: what becomes of requests that cannot be finished."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from shared.service.process import Front

TIMEOUT_S = 20.0


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_client_that_leaves_while_it_sends_writes_nothing_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    left = asyncio.Event()

    async def read(request: Request) -> PlainTextResponse:
        try:
            await request.body()
        finally:
            left.set()
        return PlainTextResponse("read")

    front = Front(Starlette(routes=[Route("/read", read, methods=["POST"])]), host="127.0.0.1", port=0)
    while not front.server.started:
        await asyncio.sleep(0)
    _, writer = await asyncio.open_connection("127.0.0.1", front.server.servers[0].sockets[0].getsockname()[1])
    writer.write(b"POST /read HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n")
    await _until(lambda: bool(front.server.server_state.tasks))
    writer.transport.abort()
    await left.wait()
    await _until(lambda: not front.server.server_state.tasks)
    front.server.should_exit = True
    await front.serving

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
