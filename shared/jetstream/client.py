"""A connection to NATS that never gives up, and reads messages faster than nats-py does.

The parser of nats-py tries seven patterns on every message and inspects every character of every header name. An event has a
dozen headers, of which its receiver needs four; parsing took a third of scoring's processor time. This client takes whole
messages out of what has arrived and reads a header only when somebody asks for it.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import DEFAULT_FLUSH_TIMEOUT, Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionClosedError
from nats.js import JetStreamContext
from nats.js.client import DEFAULT_JS_SUB_PENDING_BYTES_LIMIT, DEFAULT_JS_SUB_PENDING_MSGS_LIMIT
from nats.protocol.parser import AWAITING_CONTROL_LINE, Parser

from shared.errors import in_english
from shared.jetstream.connection_log import ConnectionLog, NoLog, PermissionViolations
from shared.jetstream.inbox import inbox_prefix

_log = structlog.get_logger()
PENDING_BYTES_MAX: Final = 64 * 1024 * 1024
PING_INTERVAL_S: Final = 120
REFUSED_S: Final = 0.5
"""The pause after a consumer could not be asked for messages: it does not exist, or has no leader."""

_CONTROL_LINE: Final = re.compile(rb"HMSG (\S+) (\d+) (?:(\S+) )?(\d+) (\d+)\r\n")
_VERSION: Final = b"NATS/1.0"
_END: Final = b"\r\n"
_LINE_BREAKS: Final = str.maketrans({"\r": " ", "\n": " "})
_KEPT_BYTES_MAX: Final = 65_536


class Publication(NamedTuple):
    """One message to publish. Without a `reply` subject nobody confirms it."""

    subject: str
    headers: Mapping[str, str]
    data: bytes
    reply: str = ""


class LeanClient(Client):
    """Behaves as its parent does; it can also hand messages over without a queue, and publish many in one write."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = LeanParser(self)
        self.violations = PermissionViolations()
        self._handlers: dict[bytes, Callable[[Msg], None]] = {}

    async def subscribe_directly(self, subject: str, handle: Callable[[Msg], None]) -> Subscription:
        """As `subscribe`, but messages with plain headers are handled where they are read, without a queue and a task between.
        A message with a status line, or with headers that are not ASCII, still takes the queue and may be overtaken."""

        async def handle_queued(message: Msg) -> None:
            handle(message)

        subscription = await self.subscribe(subject, cb=handle_queued, pending_msgs_limit=-1, pending_bytes_limit=-1)
        self._handlers[b"%d" % subscription._id] = handle  # noqa: SLF001 - messages carry this number
        return subscription

    async def _close(self, status: int, do_cbs: bool = True) -> None:
        """As its parent, also if the server is gone and something is left to send: that is dropped then. The parent would write
        it to a socket that is closed already, and leave the rest of the client open."""
        try:
            await super()._close(status, do_cbs)
        except (OSError, RuntimeError) as gone:  # uvloop raises the latter
            _log.debug("nats_gone_before_close", error=type(gone).__name__)
            self._pending, self._pending_data_size = [], 0
            self._status = Client.DISCONNECTED
            await super()._close(status, do_cbs)

    async def publish_to_each(self, subjects: Iterable[str], payload: bytes) -> None:
        """As `publish` to each subject, in one write. The subjects are not checked: they came from the server."""
        ending = b" %d\r\n%b\r\n" % (len(payload), payload)
        await self._write(b"".join([b"PUB " + subject.encode() + ending for subject in subjects]))

    async def publish_all(self, messages: Iterable[Publication]) -> None:
        """As `publish` of each message, in one write. Subjects are not checked: they are Daymark's own.

        Raises:
            MaxPayloadError: one of them is larger than the server accepts. None is sent.
            ConnectionClosedError: the connection is closed.
        """
        await self._write(b"".join([_encode(message, payload_max=self._max_payload) for message in messages]))

    async def _write(self, command: bytes) -> None:
        if self.is_closed:
            raise ConnectionClosedError
        await self._send_command(command)
        await self._flush_pending()

    async def flush(self, timeout: int = DEFAULT_FLUSH_TIMEOUT) -> None:
        """Return once the server has processed everything that was sent before. The parent's ping overtakes what is still
        buffered, for example a subscription or its end."""
        await self._flush_pending(force_flush=True)
        await super().flush(timeout)

    def jetstream(self, *, timeout: float = 5.0) -> JetStreamContext:  # type: ignore[override]  # no other option is used
        """As its parent's; a fetch that ends without a message always raises the client's own `TimeoutError`."""
        return _JetStream(self, timeout=timeout)

    def take(self, sid: bytes, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> bool:
        """Handle a message directly if its subscription asks for that and its headers are plain. Returns whether it did."""
        handle = self._handlers.get(sid)
        if handle is None or not _is_plain(headers):
            return False
        handle(Msg(self, subject.decode(), reply.decode(), data, Headers(headers)))  # type: ignore[arg-type]
        return True

    async def _process_headers(self, headers: bytes | None) -> "Mapping[str, str] | None":  # type: ignore[override]
        if headers and _is_plain(headers):
            return Headers(headers)
        return await super()._process_headers(headers)


class _JetStream(JetStreamContext):
    async def pull_subscribe_bind(
        self,
        consumer: str | None = None,
        stream: str | None = None,
        inbox_prefix: bytes | None = None,
        pending_msgs_limit: int = DEFAULT_JS_SUB_PENDING_MSGS_LIMIT,
        pending_bytes_limit: int = DEFAULT_JS_SUB_PENDING_BYTES_LIMIT,
        name: str | None = None,
        durable: str | None = None,
    ) -> JetStreamContext.PullSubscription:
        del inbox_prefix  # FastStream gives one that belongs to no user; without it, the connection's own is taken
        bound = await super().pull_subscribe_bind(
            consumer, stream, None, pending_msgs_limit, pending_bytes_limit, name, durable
        )
        return _PullSubscription(self, bound._sub, bound._stream, bound._consumer, bound._deliver.encode())  # noqa: SLF001


class _PullSubscription(JetStreamContext.PullSubscription):
    async def fetch(self, batch: int = 1, timeout: float | None = 5, heartbeat: float | None = None) -> list[Msg]:
        """As its parent's, but whatever goes wrong is the client's own `TimeoutError`, which FastStream takes for no messages.

        The parent raises asyncio's error if the server answers just as the time is up, and FastStream would log a crash. While
        the consumer does not exist or has no leader, FastStream would ask again at once, for ever.
        """
        try:
            return await super().fetch(batch, timeout, heartbeat)
        except TimeoutError as expired:
            raise nats.errors.TimeoutError from expired
        except nats.js.errors.Error as refused:
            _log.warning("pull_refused", consumer=self._consumer, error=type(refused).__name__, detail=in_english(refused))
            await asyncio.sleep(REFUSED_S)
            raise nats.errors.TimeoutError from refused


class LeanParser(Parser):
    """Takes whole messages with headers out of what has arrived. Everything else is left to its parent, as are messages so
    large that they arrive in many pieces."""

    nc: LeanClient

    async def parse(self, data: bytes = b"") -> None:
        if self.state == AWAITING_CONTROL_LINE:
            data, self.buf = bytes(self.buf) + data, bytearray()
            data = data[await self._read_whole(data) :]
            if len(data) < _KEPT_BYTES_MAX and _CONTROL_LINE.match(data):
                self.buf = bytearray(data)
                return
        await super().parse(data)

    async def _read_whole(self, data: bytes) -> int:
        """Hand over the whole messages at the beginning. Returns where they end."""
        start = 0
        while (line := _CONTROL_LINE.match(data, start)) is not None:
            subject, sid, reply, header_bytes, all_bytes = line.groups()
            headers_end, body_end = line.end() + int(header_bytes), line.end() + int(all_bytes)
            if body_end + len(_END) > len(data):
                break
            headers, body = data[line.end() : headers_end], data[headers_end:body_end]
            if not self.nc.take(sid, subject, reply or b"", body, headers):
                await self.nc._process_msg(int(sid), subject, reply or b"", body, headers)  # noqa: SLF001 - the parent calls it too
            start = body_end + len(_END)
        return start


def _encode(message: Publication, *, payload_max: int) -> bytes:
    """The command that publishes a message. In values of headers a line break becomes a space, so that none is smuggled in."""
    if len(message.data) > payload_max:
        raise nats.errors.MaxPayloadError
    lines = [f"{name}: {value.strip()}" for name, value in message.headers.items()]
    block = "\r\n".join([*lines, ""])
    if block.count("\n") != len(lines) or block.count("\r") != len(lines):
        block = "\r\n".join([*(line.translate(_LINE_BREAKS) for line in lines), ""])
    headers = b"%b\r\n%b\r\n" % (_VERSION, block.encode())
    address = f"{message.subject} {message.reply}" if message.reply else message.subject
    sizes = b"%d %d" % (len(headers), len(headers) + len(message.data))
    return b"HPUB %b %b\r\n%b%b\r\n" % (address.encode(), sizes, headers, message.data)


def _is_plain(headers: bytes) -> bool:
    """No status after the version, and only ASCII."""
    return headers.startswith(_VERSION + _END) and headers.isascii()


class Headers(Mapping[str, str]):
    """The headers of a message as they arrived, in ASCII. A value is looked up when somebody asks for it."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._all: dict[str, str] | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """The last value under the name. It is read where the name occurs last if a line begins there; otherwise all headers
        are read."""
        if self._all is None:
            raw, wanted = self._raw, name.encode()
            at = raw.rfind(wanted)
            if at < 0:
                return default
            value_at = at + len(wanted) + 1
            if raw[at - 2 : value_at] == b"\r\n%b:" % wanted:
                end = raw.find(_END, value_at)
                return raw[value_at : end if end >= 0 else None].strip().decode()
        return self._read_all().get(name, default)

    def __getitem__(self, name: str) -> str:
        value: str | None = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._read_all())

    def __len__(self) -> int:
        return len(self._read_all())

    def __bool__(self) -> bool:
        return True

    def _read_all(self) -> dict[str, str]:
        if self._all is None:
            lines = self._raw[len(_VERSION + _END) :]
            self._all = Client._parse_header_lines(lines)  # noqa: SLF001 - the slow path stays nats-py's
        return self._all


async def connect(
    url: str,
    *,
    name: str,
    user: str | None = None,
    password: str | None = None,
    ping_interval_s: int = PING_INTERVAL_S,
    quiet: NoLog | None = None,
) -> LeanClient:
    """A connection for commands and tests. It keeps connecting and reconnecting for ever, as those of the services do. A server
    that answers no ping is taken for gone after three intervals. With `quiet`, nothing is logged."""
    connection = LeanClient()
    log = quiet or ConnectionLog(connection)
    try:
        await connection.connect(
            url,
            name=name,
            user=user,
            password=password,
            inbox_prefix=inbox_prefix(user or ""),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=2,
            ping_interval=ping_interval_s,
            error_cb=log.failed,
            disconnected_cb=log.disconnected,
            reconnected_cb=log.reconnected,
            pending_size=PENDING_BYTES_MAX,
        )
    except asyncio.CancelledError:
        await connection.close()
        raise
    return connection


async def disconnect(connection: Client) -> None:
    """Send what is buffered and close. The client raises when the server is already gone; nothing is left to do then."""
    try:
        await connection.drain()
    except (nats.errors.Error, OSError, TimeoutError) as gone:
        _log.debug("nats_gone_before_close", error=type(gone).__name__)
