"""The HTTP server of a service: uvicorn, plus the limits on its clients that uvicorn lacks.

A client that takes too long over its head, its body or the response is cut off, and so is one that sends too much of anything.
What violates HTTP/1.1 is refused before the application sees it. An offer to change to another protocol is passed over, as RFC
9110 (section 7.8) allows: `curl --http2` and Java's client make one with every request, and the parser would take the body for
the other protocol.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

import structlog
import uvicorn
from starlette.types import ASGIApp

from shared.service.http.connections import Connections
from shared.service.http.limits import HttpLimits, connections_max
from shared.service.http.protocol import GuardedProtocol, guarded

_log = structlog.get_logger()
_DRAIN_S: Final = 3
_BACKLOG: Final = 2048
_ACCEPTED_AT_ONCE_MAX: Final = 256
_TICKS_PER_REPORT: Final = 100
"""A tick is a tenth of a second."""


class HttpServer(uvicorn.Server):
    """uvicorn that accepts everybody who waits, and without its own signal handling, which would end the process too early.

    uvloop accepts one connection per turn of its loop. Under load a turn is long, and a client that connects anew for every
    request would wait for as many turns as there are clients before it.
    """

    def __init__(self, config: uvicorn.Config, open_connections: Connections) -> None:
        super().__init__(config)
        self._open_connections = open_connections
        self._listeners: list[socket.socket] = []
        self._accepting: set[asyncio.Task[None]] = set()
        self._before_shutdown: list[Callable[[], None]] = []

    def before_shutdown(self, action: Callable[[], None]) -> None:
        """Do something as soon as the server is to end: what answers without an end must stop then."""
        self._before_shutdown.append(action)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        now_s = asyncio.get_running_loop().time()
        for connection in list(self.server_state.connections):
            cast("GuardedProtocol", connection).end_if_late(now_s)
        if counter % _TICKS_PER_REPORT == 0 and (refused := self._open_connections.take_refused()):
            _log.warning(
                "connections_refused", connections=refused, remedy="raise connections_per_address_max if they are good"
            )
        return await super().on_tick(counter)

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
        for action in self._before_shutdown:
            action()
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
        kind = cast("type[GuardedProtocol]", self.config.http_protocol_class)
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def http_server(app: ASGIApp, *, host: str, port: int, limits: HttpLimits) -> HttpServer:
    """A server that has not been started yet."""
    open_connections = Connections(
        per_address_max=limits.connections_per_address_max, connections_max=limits.connections_max or connections_max()
    )
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=guarded(limits, open_connections),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_DRAIN_S,
        backlog=_BACKLOG,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
    )
    return HttpServer(config, open_connections)
