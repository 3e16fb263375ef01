"""Reading the bodies of requests within limits of size, of time and of requests at once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.requests import ClientDisconnect, Request

from services.ingest.settings import IngestSection

_DISCARDED_MAX_BYTES: Final = 32 * 1024 * 1024


class BodyTooLarge(Exception):
    """The body is larger than `ingest.body_max_bytes`."""


class BodyReader:
    """Keeps account of the bodies that are being read, in the order in which their requests arrived."""

    def __init__(self, settings: IngestSection) -> None:
        self._settings = settings
        self._reading: dict[asyncio.Timeout, None] = {}

    def make_room(self, in_flight: int) -> bool:
        """Whether one more request can be served. At the limit, it takes the place of the request that has been sending its
        body for the longest; that one then times out."""
        if in_flight <= self._settings.requests_in_flight_max:
            return True
        if not self._reading:
            return False
        slowest = next(iter(self._reading))
        del self._reading[slowest]
        if not slowest.expired():
            slowest.reschedule(asyncio.get_running_loop().time())
        return True

    async def read(self, request: Request) -> bytes:
        """The body.

        Raises:
            BodyTooLarge: it is over the limit, beyond which nothing is read.
            TimeoutError: it did not arrive in time.
            ClientDisconnect: the sender is gone.
        """
        bytes_max = self._settings.body_max_bytes
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > bytes_max:
            raise BodyTooLarge
        chunks: list[bytes] = []
        await self._read_chunks(request, bytes_max, chunks.append)
        return b"".join(chunks)

    async def discard(self, request: Request) -> None:
        """Read the rest and drop it: a sender that is cut off while it sends never reads the response."""
        if "expect" not in request.headers:
            with suppress(BodyTooLarge, TimeoutError, ClientDisconnect):
                await self._read_chunks(request, _DISCARDED_MAX_BYTES, len)

    async def _read_chunks(self, request: Request, bytes_max: int, consume: Callable[[bytes], object]) -> None:
        size = 0
        async with asyncio.timeout(self._settings.body_timeout_s) as deadline:
            self._reading[deadline] = None
            try:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > bytes_max:
                        raise BodyTooLarge
                    consume(chunk)
            finally:
                self._reading.pop(deadline, None)
