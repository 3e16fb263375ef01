"""The door: `POST /webhooks/<source>`, and what each outcome is in HTTP.

What a sender should not retry is answered 2xx, what it must retry 503 with `Retry-After`, and a request without a valid
signature 401. All 401 responses are the same bytes.
"""

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.ingest.domain.adapter import HttpResponse
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, SignatureMissing, SignedTimeOff
from services.ingest.metrics import UNKNOWN, IngestMetrics, UnknownPaths
from services.ingest.read_body import BodyReader, BodyTooLarge, CrowdedOut
from services.ingest.receive_webhook import NoSuchSource, WebhookReceiver
from services.ingest.settings import IngestSection
from shared.clock import Clock, monotonic_s
from shared.errors import in_english
from shared.jetstream.publisher import NotStored
from shared.observation import SourceName
from shared.service.http.protocol import CUT

_log = structlog.get_logger()

REFUSALS: Final = {
    "unknown_source": (404, {"error": "no such source; check the URL"}),
    "unauthorized": (401, {"error": "not signed by this source; check the secret and the clock"}),
    "too_large": (413, {"error": "body too large; send fewer items at once"}),
    "too_slow": (408, {"error": "body did not arrive in time; send it again"}),
    "encoded": (415, {"error": "content encodings are not supported; send the body as it is"}),
}
_NOT_FOUND: Final = 404
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_ALLOWED_METHODS: Final = HttpResponse(status=204, headers={"Allow": "POST, OPTIONS"})


class _Outcome(NamedTuple):
    """`source` and `result` are labels of metrics. `handshake` is the response if the request was a handshake."""

    source: SourceName
    result: str
    handshake: HttpResponse | None = None


def _cause_of(mismatch: SignatureMismatch) -> str:
    """A label of metrics: what is most likely wrong."""
    if isinstance(mismatch, SignatureMissing):
        return "missing"
    return "time" if isinstance(mismatch, SignedTimeOff) else "mismatch"


class Door:
    """One route. Every outcome is counted by source; a name that is not configured counts as `unknown`."""

    def __init__(
        self,
        receiver: WebhookReceiver,
        settings: IngestSection,
        metrics: IngestMetrics,
        clock: Clock,
        unknown_paths: UnknownPaths,
    ) -> None:
        self._receiver = receiver
        self._unknown_paths = unknown_paths
        self._retry_after = {"Retry-After": str(settings.retry_after_s)}
        self._metrics = metrics
        self._clock = clock
        self._bodies = BodyReader(settings)
        self._in_flight = 0

    def routes(self) -> list[Route]:
        """With and without a slash at the end. Senders do not follow redirects, so there are none."""
        paths = ("/webhooks/{source}", "/webhooks/{source}/")
        return [Route(path, self._respond, methods=["POST", "OPTIONS"]) for path in paths]

    async def respond_to_error(self, request: Request, failed: Exception) -> Response:
        """404 and 405 as JSON, like every other response of the door. A post to a path beside the door is counted as well."""
        if not isinstance(failed, HTTPException):
            return JSONResponse({"error": "internal error"}, 500)
        if request.method == "POST" and failed.status_code == _NOT_FOUND:
            self._unknown_paths.add(request.url.path, now=self._clock.now())
            self._metrics.webhooks.labels(UNKNOWN, "unknown_source").inc()
        return JSONResponse({"error": failed.detail}, failed.status_code, headers=failed.headers)

    async def _respond(self, request: Request) -> Response:
        return await self._post(request) if request.method == "POST" else self._options(request)

    def _options(self, request: Request) -> Response:
        """A handshake, if the sender has one; otherwise which methods are allowed."""
        try:
            adapter = self._receiver.adapter(_source_name(request))
        except (NoSuchSource, NotStored):
            return _to_response(_ALLOWED_METHODS)
        return _to_response(adapter.respond_to_handshake(_raw_webhook(request, b"")) or _ALLOWED_METHODS)

    async def _post(self, request: Request) -> Response:
        started_s = monotonic_s()
        self._in_flight += 1
        self._metrics.in_flight.set(self._in_flight)
        try:
            outcome = await self._receive(request)
        finally:
            self._in_flight -= 1
            self._metrics.in_flight.set(self._in_flight)
        self._metrics.webhooks.labels(outcome.source, outcome.result).inc()
        self._metrics.request_seconds.labels(outcome.source).observe(monotonic_s() - started_s)
        return self._response_to(outcome)

    async def _receive(self, request: Request) -> _Outcome:
        source = _source_name(request)
        has_room = self._bodies.make_room(self._in_flight)
        refusal = self._refusal_by_head(request, source, has_room=has_room)
        if refusal is not None:
            if has_room:
                await self._bodies.discard(request)
            return refusal
        try:
            webhook = _raw_webhook(request, await self._bodies.read(request))
            handshake = self._receiver.adapter(source).respond_to_handshake(webhook)
            if handshake is not None:
                return _Outcome(source, "handshake", handshake)
            await self._receiver.receive(source, webhook)
        except BodyTooLarge:
            await self._bodies.discard(request)
            return _Outcome(source, "too_large")
        except (TimeoutError, ClientDisconnect):
            return _Outcome(source, "too_slow")
        except (CrowdedOut, asyncio.CancelledError):  # it is cancelled when the process ends before it is stored
            return _Outcome(source, "unavailable")
        except SignatureMismatch as mismatch:
            self._metrics.signature_failures.labels(source, _cause_of(mismatch)).inc()
            return _Outcome(source, "unauthorized")
        except NotStored as failed:
            _log.warning("webhook_not_stored", source=source, error=in_english(failed))
            return _Outcome(source, "unavailable")
        return _Outcome(source, "stored")

    def _refusal_by_head(self, request: Request, source: SourceName, *, has_room: bool) -> _Outcome | None:
        """The outcome of a request that is refused before its body is read."""
        try:
            self._receiver.source(source)
        except NoSuchSource:
            self._unknown_paths.add(request.url.path, now=self._clock.now())
            return _Outcome(UNKNOWN, "unknown_source")
        except NotStored:
            return _Outcome(UNKNOWN, "unavailable")
        if not has_room:
            return _Outcome(source, "unavailable")
        is_plain = request.headers.get("content-encoding", "identity").strip().lower() in ("identity", "")
        return None if is_plain else _Outcome(source, "encoded")

    def _response_to(self, outcome: _Outcome) -> Response:
        if outcome.handshake is not None:
            return _to_response(outcome.handshake)
        now_s = self._clock.now().timestamp()
        if outcome.result == "stored":
            self._metrics.newest_seconds.labels(outcome.source).set(now_s)
            return _to_response(self._receiver.adapter(outcome.source).stored)
        self._metrics.refused_seconds.labels(outcome.source, outcome.result).set(now_s)
        if outcome.result == "unavailable":
            if outcome.source == UNKNOWN:  # its sender may take every response for success
                return _CutConnection()
            unavailable = self._receiver.adapter(outcome.source).unavailable
            return _CutConnection() if unavailable is None else _to_response(unavailable, self._retry_after)
        status, refusal = REFUSALS[outcome.result]
        return JSONResponse(refusal, status, headers={"Connection": "close"})  # the rest of the body will not be read


class _CutConnection(Response):
    """Closes the connection without a response, for senders that take every response for success."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][CUT]()
        while (await receive())["type"] != "http.disconnect":
            pass


def _source_name(request: Request) -> SourceName:
    return SourceName(request.path_params["source"])


def _to_response(response: HttpResponse, more_headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    headers = {**response.headers, **more_headers}
    return Response(response.body, response.status, headers=headers or None, media_type=response.media_type)


def _raw_webhook(request: Request, body: bytes) -> RawWebhook:
    return RawWebhook(
        method=request.method,
        headers=_drop_repeated(request.headers.items()),
        body=body,
        query=_drop_repeated(request.query_params.multi_items()),
    )


def _drop_repeated(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs by name, without any name that occurs twice: nobody could say which of the two values was signed."""
    values: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in values:
            repeated.add(name)
        values[name] = value
    return {name: value for name, value in values.items() if name not in repeated}
