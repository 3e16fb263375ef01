"""Reading the bodies of requests within limits of size, of time and of requests at once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.requests import ClientDisconnect, Request

from services.ingest.settings import DISCARDED_MAX_BYTES, IngestSection

_DISCARDED_AT_ONCE_MAX: Final = 8
_BUFFERED_MAX_BYTES: Final = 16 * 1024 * 1024
_BUFFERED_MAX_BODIES: Final = 4


class BodyTooLarge(Exception):
    """The body is larger than `ingest.body_max_bytes`."""


class CrowdedOut(Exception):
    """The body was dropped to make room for others. It is not the sender's fault."""


class BodyReader:
    """Keeps account of the bodies that are being read, in the order in which their requests arrived, and of their bytes so far.

    Nobody has been authenticated yet, so all of them together may fill only so much memory.
    """

    def __init__(self, settings: IngestSection) -> None:
        self._settings = settings
        self._reading: dict[asyncio.Timeout, int] = {}
        self._buffered_bytes = 0
        self._buffered_max_bytes = max(_BUFFERED_MAX_BYTES, _BUFFERED_MAX_BODIES * settings.body_max_bytes)
        self._discarding = 0

    def make_room(self, in_flight: int) -> bool:
        """Whether one more request can be served. At the limit, it takes the place of the request that has been sending its
        body for the longest; that one then times out."""
        if in_flight <= self._settings.requests_in_flight_max:
            return True
        if not self._reading:
            return False
        self._drop_slowest()
        return True

    async def read(self, request: Request) -> bytes:
        """The body.

        Raises:
            BodyTooLarge: it is over the limit, beyond which nothing is read.
            TimeoutError: it did not arrive in time.
            CrowdedOut: others needed its room.
            ClientDisconnect: the sender is gone.
        """
        bytes_max = self._settings.body_max_bytes
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > bytes_max:
            raise BodyTooLarge
        chunks: list[bytes] = []

        def keep(deadline: asyncio.Timeout, chunk: bytes) -> None:
            chunks.append(chunk)
            self._count(deadline, len(chunk))

        await self._read_chunks(request, bytes_max, keep)
        return b"".join(chunks)

    async def discard(self, request: Request) -> None:
        """Read the rest and drop it: a sender that is cut off while it sends never reads the response. When many are refused at
        once, this is not done for all of them."""
        if "expect" in request.headers or self._discarding >= _DISCARDED_AT_ONCE_MAX:
            return
        self._discarding += 1
        try:
            with suppress(BodyTooLarge, TimeoutError, CrowdedOut, ClientDisconnect):
                await self._read_chunks(request, DISCARDED_MAX_BYTES, lambda deadline, chunk: None)
        finally:
            self._discarding -= 1

    async def _read_chunks(self, request: Request, bytes_max: int, consume: Callable[[asyncio.Timeout, bytes], None]) -> None:
        size = 0
        deadline = asyncio.timeout(self._settings.body_timeout_s)
        self._reading[deadline] = 0
        try:
            async with deadline:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > bytes_max:
                        raise BodyTooLarge
                    consume(deadline, chunk)
        except TimeoutError:
            if deadline not in self._reading:
                raise CrowdedOut from None
            raise
        finally:
            self._buffered_bytes -= self._reading.pop(deadline, 0)

    def _count(self, deadline: asyncio.Timeout, size: int) -> None:
        """Take account of bytes that were read. Above the limit, the slowest make room."""
        if deadline not in self._reading:  # it has been dropped and will be told so
            return
        self._reading[deadline] += size
        self._buffered_bytes += size
        while self._buffered_bytes > self._buffered_max_bytes:
            self._drop_slowest()

    def _drop_slowest(self) -> None:
        slowest = next(iter(self._reading))
        self._buffered_bytes -= self._reading.pop(slowest)
        if not slowest.expired():
            slowest.reschedule(asyncio.get_running_loop().time())
