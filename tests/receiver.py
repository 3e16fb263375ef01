"""A receiver of webhooks on a real socket, which can be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
OTHER_SECRET = "whsec_bm90IHRoZSBzYW1lIGtleSwgYnV0IGEga2V5"


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request. The names of its headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified_body(self, secret: str = SECRET) -> dict[str, object]:
        """The body, if the reference library accepts the signature. It compares the time with the machine's clock."""
        body: dict[str, object] = Webhook(secret).verify(self.body, dict(self.headers))
        return body


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A complete HTTP response."""
    lines = [f"HTTP/1.1 {status} Status", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


HANG = b""
"""No response until the test sets `go_on`."""
HALF_A_HEAD = b"HTTP/1.1 200 St"
HALF_A_LINE = b"HTTP/1.1"
HALF_A_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this"
ENDLESS_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n" + b"x" * 100_000
_CLOSES_AFTER = (HALF_A_LINE, HALF_A_HEAD, HALF_A_BODY)


@dataclass(kw_only=True)
class Receiver:
    """The receiver, and what it has received. `behave` chooses the response to a request."""

    port: int = 0
    behave: Callable[[Received], bytes] = lambda _: answer(204)
    received: list[Received] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def script(self, *answers: bytes, default: bytes = answer(204)) -> None:
        """Respond with these, one after the other, and with `default` afterwards."""
        remaining = list(answers)
        self.behave = lambda _: remaining.pop(0) if remaining else default

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
                request = Received(headers=headers, body=await reader.readexactly(int(headers["content-length"])))
                response = self.behave(request)
                self.received.append(request)
                if response == HANG:
                    await self.go_on.wait()
                writer.write(response or answer(204))
                await writer.drain()
                if response in _CLOSES_AFTER:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Serve on a free port of this machine; over TLS if `tls` is given."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    yield receiver
    receiver.go_on.set()
    server.close()
