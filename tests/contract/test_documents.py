"""The documents describe what the code does, and the running ingest does what its document says."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from services.ingest.app import web_app
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.crm.standard import key_of
from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.jetstream.client import LeanClient
from shared.jetstream.connection_log import PermissionViolations
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import CLOCK, DEAD, STREAMS
from shared.observation import SourceName
from shared.requests import definitions, erasure, nudges, scores
from shared.requests.endpoint import Endpoint
from shared.service.http.limits import DEFAULT_LIMITS
from shared.service.probes import probe_routes
from shared.service.settings import load_settings
from tests.contract.apis.pages_document import make_pages_openapi
from tests.contract.asyncapi_document import make_asyncapi
from tests.contract.documents import ASYNCAPI, OPENAPI, PAGES_OPENAPI, format_document
from tests.contract.openapi_document import make_openapi
from tests.serving import served

SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SOURCES = {
    SourceName("acme"): Source(name=SourceName("acme"), kind="standard", secrets=(SECRET,)),
    SourceName("sf"): Source(name=SourceName("sf"), kind="salesforce", secrets=(SECRET,), account="00D000000000001"),
}
ENDPOINT_MODULES: tuple[ModuleType, ...] = (definitions, erasure, nudges, scores)


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    return make_asyncapi()


@pytest.mark.parametrize(
    ("path", "make_document"),
    [(OPENAPI, make_openapi), (PAGES_OPENAPI, make_pages_openapi), (ASYNCAPI, make_asyncapi)],
    ids=["openapi", "openapi-pages", "asyncapi"],
)
def test_a_checked_in_document_is_what_the_code_describes(path: Path, make_document: Callable[[], dict[str, Any]]) -> None:
    assert path.read_text(encoding="utf-8") == format_document(make_document()), "run `make contract`"


def test_every_event_of_every_stream_has_one_sender(asyncapi: dict[str, Any]) -> None:
    subjects = sorted(
        subject.replace(".*", ".{source}")
        for stream in STREAMS
        if stream.name not in (CLOCK, DEAD, "SOURCES")  # the last one is read by its sender only
        for subject in stream.subjects
    )

    assert sorted(_list_addresses(asyncapi, action="send")) == subjects


def test_every_question_is_answered_by_one_service(asyncapi: dict[str, Any]) -> None:
    endpoints = [value for module in ENDPOINT_MODULES for value in vars(module).values() if isinstance(value, Endpoint)]

    received = list(_list_addresses(asyncapi, action="receive"))

    assert [received.count(endpoint.subject) for endpoint in endpoints] == [1] * len(endpoints)


def test_every_reference_of_the_document_leads_somewhere(asyncapi: dict[str, Any]) -> None:
    references = list(_list_references(asyncapi))

    assert references
    assert [reference for reference in references if not _leads_somewhere(asyncapi, reference)] == []


async def test_schemathesis_finds_no_difference_between_ingest_and_its_document(url: str) -> None:
    assert await asyncio.to_thread(_explore, url) > 100


def _list_addresses(document: dict[str, Any], *, action: str) -> Iterator[str]:
    """The subjects of all operations that send or receive."""
    for operation in document["operations"].values():
        if operation["action"] == action:
            yield _resolve(document, operation["channel"]["$ref"])["address"]


def _list_references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for nested in value.values():
            yield from _list_references(nested)
    elif isinstance(value, list):
        for nested in value:
            yield from _list_references(nested)


def _leads_somewhere(document: dict[str, Any], reference: str) -> bool:
    try:
        _resolve(document, reference)
    except KeyError:
        return False
    return True


def _resolve(document: dict[str, Any], reference: str) -> Any:
    """What a JSON reference within the document points to."""
    value: Any = document
    for part in reference.removeprefix("#/").split("/"):
        value = value[unquote(part).replace("~1", "/").replace("~0", "~")]
    return value


@pytest.fixture
async def url(nats: LeanClient) -> AsyncIterator[str]:
    loaded = load_settings(IngestSettings)
    metrics, clock = IngestMetrics(SOURCES), SystemClock()

    async with Publisher(nats) as publisher:
        receiver = WebhookReceiver(SOURCES, ADAPTERS, publisher, clock)
        door = web_app(receiver, loaded, metrics, clock)
        routes = probe_routes(metrics.registry, {}, PermissionViolations())
        probes, probe_paths = Starlette(routes=routes), {route.path for route in routes}

        async def both(scope: Scope, receive: Receive, send: Send) -> None:
            """A mount of the door would not match a path with a line break."""
            await (probes if scope.get("path") in probe_paths else door)(scope, receive, send)

        async with served(both, limits=DEFAULT_LIMITS) as port:
            yield f"http://127.0.0.1:{port}"


def _sign(body: bytes) -> dict[str, str]:
    timestamp = str(int(SystemClock().now().timestamp()))
    signature = base64.b64encode(hmac.digest(key_of(SECRET), f"m1.{timestamp}.".encode() + body, "sha256")).decode()
    return {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def _explore(url: str) -> int:
    """Call every operation with what Schemathesis generates, and post each generated body once more with a valid signature.
    Returns the number of calls."""
    schema = schemathesis.openapi.from_dict(make_openapi())
    calls = 0
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]  # an Err raises here, as it should

        @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def explore(case: Case[Any]) -> None:
            nonlocal calls
            calls += 1
            if "source" in case.path_parameters and calls % 3:
                case.path_parameters["source"] = ("acme", "sf")[calls % 3 - 1]  # a random name hardly ever exists
            case.call_and_validate(base_url=url, timeout=20)
            if case.operation.method == "post":
                body = json.dumps(case.body, default=str).encode()
                response = requests.post(f"{url}/webhooks/acme", data=body, headers=_sign(body), timeout=20)
                assert (response.status_code, response.json()) == (200, {"stored": True})

        explore()
    return calls
