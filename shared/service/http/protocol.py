"""uvicorn's protocol within limits of size and time, and without the freedoms that only attackers use.

What a connection may cost is bounded in every state: while its client sends a head, a body or trailers, while it reads a
response, and while it does nothing. A request that is refused is answered only when all before it are answered, so that no
client takes one response for another.
"""

import asyncio
import re
from typing import Any, ClassVar, Final, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from shared.service.http.connections import Connections
from shared.service.http.limits import HttpLimits

CUT: Final = "daymark.cut"
"""The ASGI extension under which a request's scope holds a function that closes its connection without an answer."""

_UPGRADE: Final = re.compile(rb"\r\nupgrade[ \t]*:", re.IGNORECASE)
_END_OF_HEAD: Final = b"\r\n\r\n"
_PIPELINED_MAX: Final = 16
_FRAMING_PER_BODY_BYTE: Final = 8
"""Bytes of chunk sizes and extensions for one byte of body. Chunks of a single byte have five."""

_BAD_REQUEST: Final = 400
_TIMED_OUT: Final = 408
_TOO_LARGE: Final = 413
_HEAD_TOO_LARGE: Final = 431
_PROBLEMS: Final = {
    _BAD_REQUEST: b"Invalid HTTP request received.",
    _TIMED_OUT: b"The body did not arrive in time.",
    _TOO_LARGE: b"Body too large.",
    _HEAD_TOO_LARGE: b"Request head too large.",
}


class RequestRefused(Exception):
    """The request is beyond the limits or not HTTP/1.1. Raised to the parser, which stops at it."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. `limits` and `open_connections` are those of its server; see `guarded`."""

    limits: ClassVar[HttpLimits]
    open_connections: ClassVar[Connections]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._answered: RequestResponseCycle | None = None
        self._in_body = False
        self._message_bytes = 0
        self._body_bytes = 0
        self._trailers = 0
        self._refusal = _BAD_REQUEST
        self._client_by_s = 0.0
        self._done_by_s = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it, too
        super().connection_made(transport)
        self.flow = _Flow(self)
        now_s = self.loop.time()
        self._client_by_s = now_s + self.limits.head_timeout_s
        self._done_by_s = now_s + self.limits.request_timeout_s
        if not self.open_connections.add(self, self.client[0] if self.client else ""):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_connections.remove(self)
        super().connection_lost(exc)
        for cycle in (self._answered, self.cycle):  # what has arrived must not live until the garbage collector runs
            if cycle is not None:
                cycle.body = bytearray()
        self.pipeline.clear()

    def data_received(self, data: bytes) -> None:
        self._message_bytes += len(data)
        try:
            self.parser.feed_data(data if self._in_body else _without_upgrade(data))
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse(self._refusal)
            return
        if not self._in_body:
            if self._message_bytes > self.limits.head_bytes_max:
                self._refuse(_HEAD_TOO_LARGE)
        elif self._message_bytes > 2 * self.limits.head_bytes_max + (_FRAMING_PER_BODY_BYTE + 1) * self._body_bytes:
            self._refuse(_BAD_REQUEST)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {CUT: self.transport.abort}
        self._client_by_s = self.loop.time() + self.limits.head_timeout_s

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers are passed over: whoever verifies the head has verified it without them."""
        if self._in_body:
            self._trailers += 1
            if self._trailers > self.limits.head_fields_max:
                raise RequestRefused
        elif len(self.headers) == self.limits.head_fields_max:
            self._refusal = _HEAD_TOO_LARGE
            raise RequestRefused
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self.limits.head_bytes_max:
            self._refusal = _HEAD_TOO_LARGE
            raise RequestRefused
        if self.parser.should_upgrade():  # its name was split between two packets; the parser would drop the body
            raise RequestRefused
        if self.parser.get_http_version() == "1.1" and sum(name == b"host" for name, _ in self.headers) != 1:
            raise RequestRefused
        if len(self.pipeline) == _PIPELINED_MAX:
            raise RequestRefused
        now_s = self.loop.time()
        self._client_by_s = now_s + self.limits.body_timeout_s
        self._done_by_s = now_s + self.limits.request_timeout_s
        self._body_bytes = self._trailers = 0
        super().on_headers_complete()
        self._in_body = True

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > self.limits.body_bytes_max:
            self._refusal = _TOO_LARGE
            raise RequestRefused
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._message_bytes = 0
        self._client_by_s = self.loop.time() + self.limits.head_timeout_s
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """As uvicorn's, but nothing more is read before all that was read is answered, and no timer is set."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        if not self._in_body:
            self._client_by_s = self.loop.time() + self.limits.head_timeout_s
        self.flow.resume_reading()

    def waits_until_s(self) -> float | None:
        return None if self._is_at_work() or self.transport.is_closing() else self._client_by_s

    def cut(self) -> None:
        self.transport.abort()

    def end_if_late(self, now_s: float) -> None:
        """Close the connection if its client has taken too long. The server calls this again and again."""
        is_at_work = self._is_at_work()
        due_s = self._done_by_s if is_at_work or self.transport.get_write_buffer_size() else self._client_by_s
        if now_s < due_s:
            return
        if self._in_body and not is_at_work and not self.transport.is_closing():
            self._refuse(_TIMED_OUT)
        else:
            self.transport.abort()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _is_at_work(self) -> bool:
        """Whether a request that has arrived completely is not answered yet."""
        answered = self._answered
        if answered is None or answered.response_complete:
            return False
        return answered is not self.cycle or not self._in_body

    def _refuse(self, status: int) -> None:
        """Read nothing more. Answer the request that is being read, unless others are in hand: then these are the last."""
        if self.transport.is_closing():
            return
        if self._is_at_work():
            self._end_after_those_in_hand()
            return
        is_answered = self._in_body and self._answered is not None and self._answered.response_started
        if not is_answered:
            body = _PROBLEMS[status]
            head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
            self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()

    def _end_after_those_in_hand(self) -> None:
        cast("_Flow", self.flow).end()
        if self._in_body:
            self.pipeline.popleft()  # the one that is refused
        last = self.pipeline[0][0] if self.pipeline else self._answered
        assert last is not None
        last.keep_alive = False


class _Flow(FlowControl):
    """Reading goes on only when nothing that was read waits for its turn. Otherwise a client that sends faster than it is
    answered would fill the memory."""

    def __init__(self, protocol: GuardedProtocol) -> None:
        super().__init__(protocol.transport)
        self._pipeline = protocol.pipeline
        self._is_ended = False

    def end(self) -> None:
        """Read nothing more, for good."""
        self._is_ended = True
        self.pause_reading()

    def resume_reading(self) -> None:
        if not self._pipeline and not self._is_ended:
            super().resume_reading()


def guarded(limits: HttpLimits, open_connections: Connections) -> type[GuardedProtocol]:
    """The protocol of one server."""
    return type("Guarded", (GuardedProtocol,), {"limits": limits, "open_connections": open_connections})


def _without_upgrade(data: bytes) -> bytes:
    """The beginning of a request without its offer to change the protocol. The body stays as it is."""
    end_of_head = data.find(_END_OF_HEAD)
    if end_of_head < 0:
        end_of_head = len(data)
    if _UPGRADE.search(data, 0, end_of_head) is None:
        return data
    return _UPGRADE.sub(b"\r\nignored-upgrade:", data[:end_of_head]) + data[end_of_head:]
