"""An application behind the real HTTP server, and clients that misbehave."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.service.http.limits import HttpLimits
from shared.service.http.protocol import GuardedProtocol
from shared.service.http_server import HttpServer, http_server

TIMEOUT_S = 30
GOOD = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = 20 * 1024 * 1024


class Served:
    """A server. `/slow` and `/reads-late` set `asked`, and go on when `may_answer` is set."""

    def __init__(self, limits: HttpLimits) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.body_read = asyncio.Event()
        routes = [
            Route("/echo", self._echo, methods=["POST"]),
            Route("/slow", self._slow),
            Route("/large", self._large),
            Route("/ignores", self._ignore, methods=["POST"]),
            Route("/reads-late", self._read_late, methods=["POST"]),
        ]
        self.server: HttpServer = http_server(Starlette(routes=routes), host="127.0.0.1", port=0, limits=limits)

    @property
    def port(self) -> int:
        return int(self.server.servers[0].sockets[0].getsockname()[1])

    @property
    def connections(self) -> list[GuardedProtocol]:
        return [connection for connection in self.server.server_state.connections if isinstance(connection, GuardedProtocol)]

    async def _echo(self, request: Request) -> Response:
        body = await request.body()
        return PlainTextResponse(body + b" " + request.headers.get("x-late", "").encode())

    async def _slow(self, _: Request) -> Response:
        self.asked.set()
        await self.may_answer.wait()
        return PlainTextResponse("slow")

    async def _read_late(self, request: Request) -> Response:
        self.asked.set()
        await self.may_answer.wait()
        await request.body()
        self.body_read.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def _large(self, _: Request) -> Response:
        return Response(b"x" * LARGE)

    async def _ignore(self, _: Request) -> Response:
        return PlainTextResponse("ignored")


@contextlib.asynccontextmanager
async def serving(limits: HttpLimits) -> AsyncIterator[Served]:
    """Serve the application within these limits."""
    served = Served(limits)
    serving = asyncio.create_task(served.server.serve())
    while not served.server.started:
        await asyncio.sleep(0)
    yield served
    served.may_answer.set()
    served.server.should_exit = True
    await serving


async def until(condition: Callable[[], bool]) -> None:
    """Return once it is true."""
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            await asyncio.sleep(0.01)


async def answer_of(port: int, *pieces: bytes) -> bytes:
    """Everything that the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def send_while_read(connection: socket.socket, piece: bytes) -> int:
    """Send again and again until the server reads no more. Returns how many bytes were sent."""
    sent, turns_without = 0, 0
    while turns_without < 200:
        try:
            sent += connection.send(piece)
            turns_without = 0
        except BlockingIOError:
            turns_without += 1
        assert sent < 4 * LARGE, "the server reads without end"
        await asyncio.sleep(0)
    return sent
