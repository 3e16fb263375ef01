"""The door: `POST /webhooks/<source>`, and what each outcome is in HTTP.

What a sender should not retry gets 2xx, what it must retry gets 503 with Retry-After, and who is not known gets 401. All
401 answers are the same bytes.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.ingest.domain.adapter import Answer
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch
from services.ingest.metrics import UNKNOWN, IngestMetrics
from services.ingest.receive_webhook import NoSuchSource, WebhookReceiver
from services.ingest.settings import IngestSection
from shared.clock import Clock, monotonic_s
from shared.jetstream.publisher import NotStored
from shared.service.http_server import CUT

_log = structlog.get_logger()

_DISCARDED_MAX_BYTES: Final = 32 * 1024 * 1024

REFUSALS: Final = {
    "unknown_source": (404, {"error": "no such source; check the address"}),
    "unauthorized": (401, {"error": "not signed by this source; check the secret and the clock"}),
    "too_large": (413, {"error": "body too large; send fewer items at once"}),
    "too_slow": (408, {"error": "body did not arrive in time; send it again"}),
    "encoded": (415, {"error": "content encodings are not supported; send the body as it is"}),
}


class BodyTooLarge(Exception):
    """The body is larger than `ingest.body_max_bytes`."""


class Door:
    """One route. Every outcome is counted by source; a name that is not configured counts as `unknown`."""

    def __init__(self, receiver: WebhookReceiver, settings: IngestSection, metrics: IngestMetrics, clock: Clock) -> None:
        self._receiver = receiver
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._in_flight = 0
        self._reading: dict[asyncio.Timeout, None] = {}  # of those whose body is not there yet, in the order in which they came

    def routes(self) -> list[Route]:
        return [Route("/webhooks/{source}", self._answer, methods=["POST", "OPTIONS"])]

    async def _answer(self, request: Request) -> Response:
        return await (self._post(request) if request.method == "POST" else self._shake_hands(request))

    async def _shake_hands(self, request: Request) -> Response:
        """The handshake of CloudEvents web hooks: whoever asks may send here, as often as they like, if they have the token."""
        origin = request.headers.get("webhook-request-origin", "")
        headers = {"Allow": "POST, OPTIONS"}
        if origin and self._is_known(request):
            headers |= {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
        return Response(status_code=204, headers=headers)

    def _is_known(self, request: Request) -> bool:
        try:
            self._receiver.source(request.path_params["source"])
        except NoSuchSource:
            return False
        return True

    async def _post(self, request: Request) -> Response:
        started_s = monotonic_s()
        self._in_flight += 1
        self._metrics.in_flight.set(self._in_flight)
        try:
            name, result = await self._outcome(request)
        finally:
            self._in_flight -= 1
            self._metrics.in_flight.set(self._in_flight)
        self._metrics.webhooks.labels(name, result).inc()
        self._metrics.request_seconds.labels(name).observe(monotonic_s() - started_s)
        if result == "stored":
            self._metrics.newest_seconds.labels(name).set(self._clock.now().timestamp())
            return _response(self._receiver.adapter(name).stored)
        self._metrics.refused_seconds.labels(name, result).set(self._clock.now().timestamp())
        if result == "unavailable":
            answer = self._receiver.adapter(name).unavailable
            if answer is None:
                return Drop()
            return _response(answer, {"Retry-After": str(self._settings.retry_after_s)})
        status, refusal = REFUSALS[result]
        return JSONResponse(refusal, status, headers={"Connection": "close"})  # what is left of its body now is not read

    async def _outcome(self, request: Request) -> tuple[str, str]:
        name = request.path_params["source"]
        try:
            source = self._receiver.source(name).name
        except NoSuchSource:
            if self._has_room():
                await self._discard_body(request)
            return UNKNOWN, "unknown_source"
        if not self._has_room():
            return source, "unavailable"
        if request.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            await self._discard_body(request)
            return source, "encoded"
        try:
            body = await self._read_body(request)
            await self._receiver.receive(source, _raw(request, body))
        except BodyTooLarge:
            await self._discard_body(request)
            return source, "too_large"
        except (TimeoutError, ClientDisconnect):
            return source, "too_slow"
        except SignatureMismatch:
            return source, "unauthorized"
        except NotStored as failed:
            _log.warning("webhook_not_stored", source=source, error=str(failed))
            return source, "unavailable"
        return source, "stored"

    def _has_room(self) -> bool:
        """Whether one more may be here, if need be in place of whoever has been sending its body for the longest."""
        if self._in_flight <= self._settings.requests_in_flight_max:
            return True
        if not self._reading:
            return False
        slowest = next(iter(self._reading))
        del self._reading[slowest]
        if not slowest.expired():
            slowest.reschedule(asyncio.get_running_loop().time())
        return True

    async def _read_body(self, request: Request) -> bytes:
        """The body, read no further than the limit."""
        most = self._settings.body_max_bytes
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise BodyTooLarge
        pieces: list[bytes] = []
        await self._read(request, most, pieces.append)
        return b"".join(pieces)

    async def _discard_body(self, request: Request) -> None:
        """Read what is left and keep nothing: whoever is cut off while sending does not hear the answer."""
        if "expect" not in request.headers:
            with suppress(BodyTooLarge, TimeoutError, ClientDisconnect):
                await self._read(request, _DISCARDED_MAX_BYTES, len)

    async def _read(self, request: Request, most: int, take: Callable[[bytes], object]) -> None:
        size = 0
        async with asyncio.timeout(self._settings.body_timeout_s) as deadline:
            self._reading[deadline] = None
            try:
                async for piece in request.stream():
                    size += len(piece)
                    if size > most:
                        raise BodyTooLarge
                    take(piece)
            finally:
                self._reading.pop(deadline, None)


class Drop(Response):
    """No answer: the connection is cut. For senders that take every answer for a yes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][CUT]()
        while (await receive())["type"] != "http.disconnect":
            pass


def _response(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    return Response(answer.body, answer.status, media_type=answer.media_type, headers=headers)


def _raw(request: Request, body: bytes) -> RawWebhook:
    """Names of headers in lower case. What comes twice is dropped: which of the two was signed, nobody could say."""
    return RawWebhook(
        method=request.method,
        headers=_single(request.headers.items()),
        body=body,
        query=_single(request.query_params.multi_items()),
    )


def _single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    seen: dict[str, str] = {}
    twice = set()
    for name, value in pairs:
        if name in seen:
            twice.add(name)
        seen[name] = value
    return {name: value for name, value in seen.items() if name not in twice}


async def refuse(_: Request, failed: Exception) -> Response:
    """404 and 405 as JSON, like every other answer of the door."""
    status = failed.status_code if isinstance(failed, HTTPException) else 500
    detail = failed.detail if isinstance(failed, HTTPException) else "internal error"
    headers = failed.headers if isinstance(failed, HTTPException) else None
    return JSONResponse({"error": detail}, status, headers=headers)
