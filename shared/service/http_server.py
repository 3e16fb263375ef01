"""The HTTP server of a service: uvicorn, plus limits on the head of a request, which uvicorn lacks.

A sender that trickles its head, or never sends one, is cut off. A head that is too large or violates HTTP/1.1 is refused before
the application sees it, and so are trailers and chunk extensions that go on and on. An offer to change to another protocol is
passed over, as RFC 9110 (section 7.8) allows: `curl --http2` and Java's client make one with every request, and the parser
would take the body for the other protocol. How long a body may take and how large it may be is up to the application.
"""

import asyncio
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

CUT: Final = "daymark.cut"
"""The ASGI extension under which a request's scope holds a function that closes its connection without an answer."""

_UPGRADE: Final = re.compile(rb"\r\nupgrade[ \t]*:", re.IGNORECASE)
_END_OF_HEAD: Final = b"\r\n\r\n"
_DRAIN_S: Final = 3
_BACKLOG: Final = 2048
_ACCEPTED_AT_ONCE_MAX: Final = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadLimits:
    """For the head of a request: seconds from the first byte, or from connecting, to its end; bytes; number of fields."""

    timeout_s: float = 10.0
    bytes_max: int = 32_768
    fields_max: int = 100


DEFAULT_LIMITS: Final = HeadLimits()


class HeadRefused(Exception):
    """The head of a request is beyond the limits or not HTTP/1.1."""


class HttpServer(uvicorn.Server):
    """uvicorn that accepts everybody who waits, and without its own signal handling, which would end the process too early.

    uvloop accepts one connection per turn of its loop. Under load a turn is long, and a client that connects anew for every
    request would wait for as many turns as there are clients before it.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._listeners: list[socket.socket] = []
        self._accepting: set[asyncio.Task[Any]] = set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in [sock for server in self.servers for sock in server.sockets]:
            duplicate = socket.socket(fileno=os.dup(listener.fileno()))
            duplicate.setblocking(False)
            self._listeners.append(duplicate)
            asyncio.get_running_loop().add_reader(duplicate, self._accept_all, duplicate)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        await asyncio.gather(*self._accepting)  # so that these connections are closed, too
        await super().shutdown(sockets)

    def _accept_all(self, listener: socket.socket) -> None:
        for _ in range(_ACCEPTED_AT_ONCE_MAX):
            try:
                accepted, _ = listener.accept()
            except OSError:  # nobody is left, the next client has gone again, or the process is out of file descriptors
                return
            task = asyncio.get_running_loop().create_task(self._connect(accepted))
            self._accepting.add(task)
            task.add_done_callback(self._accepting.discard)

    async def _connect(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, accepted)
        except OSError:
            accepted.close()

    def _protocol(self) -> asyncio.Protocol:
        kind = cast("type[HttpToolsProtocol]", self.config.http_protocol_class)
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def http_server(app: ASGIApp, *, host: str, port: int, limits: HeadLimits) -> HttpServer:
    """A server that has not been started yet."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=_guarded(limits),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_DRAIN_S,
        timeout_keep_alive=ceil(limits.timeout_s),
        backlog=_BACKLOG,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
    )
    return HttpServer(config)


class _Guarded(HttpToolsProtocol):
    """uvicorn's protocol within the limits that `_guarded` sets."""

    limits: ClassVar[HeadLimits]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._bytes_without_body = 0
        self._refusal = 400

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it, too
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_complete()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]  # None before the first request
            self._await_head()
        self._bytes_without_body += len(data)
        super().data_received(_without_upgrade(data) if self._head_timer is not None else data)
        if self.transport.is_closing():
            return
        if self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.bytes_max:
                self._refusal = 431
                self.send_400_response("Request head too large.")
        elif self._bytes_without_body > self.limits.bytes_max:
            self.send_400_response("Trailers or chunk extensions too large.")

    def on_body(self, body: bytes) -> None:
        self._bytes_without_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._bytes_without_body = 0
        super().on_message_complete()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {CUT: self.transport.abort}

    def on_headers_complete(self) -> None:
        self._head_is_complete()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > self.limits.fields_max or size > self.limits.bytes_max:
            self._refusal = 431
            raise HeadRefused
        if self.parser.should_upgrade():  # its name was split between two packets; the parser would drop the body
            raise HeadRefused
        if self.parser.get_http_version() == "1.1" and sum(name == b"host" for name, _ in self.headers) != 1:
            raise HeadRefused
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._head_is_complete()
        body = msg.encode("ascii")
        head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[self._refusal] + head + body)
        self.transport.close()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(self.limits.timeout_s, self._give_up)

    def _head_is_complete(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.abort()


def _without_upgrade(data: bytes) -> bytes:
    """The beginning of a request without its offer to change the protocol. The body stays as it is."""
    end_of_head = data.find(_END_OF_HEAD)
    if end_of_head < 0:
        end_of_head = len(data)
    if _UPGRADE.search(data, 0, end_of_head) is None:
        return data
    return _UPGRADE.sub(b"\r\nignored-upgrade:", data[:end_of_head]) + data[end_of_head:]


def _guarded(limits: HeadLimits) -> type[HttpToolsProtocol]:
    return type("Guarded", (_Guarded,), {"limits": limits})
