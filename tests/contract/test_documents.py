"""The documents are true of the code, and the running door is true of its document."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from nats.aio.client import Client
from schemathesis import Case

from services.ingest.app import ADAPTERS, web_app
from services.ingest.domain.crm.standard import key_of
from services.ingest.domain.webhook import Source
from services.ingest.metrics import IngestMetrics
from services.ingest.receive_webhook import WebhookReceiver
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.jetstream.publisher import Publisher
from shared.jetstream.streams import STREAMS
from shared.service.http_server import HeadLimits, http_server
from shared.service.settings import load_settings
from tests.contract.documents import ASYNCAPI, EVENTS, OPENAPI, asyncapi, openapi, written

SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SOURCES = {
    "acme": Source(name="acme", kind="standard", secrets=(SECRET,)),
    "sf": Source(name="sf", kind="salesforce", secrets=(SECRET,), account="00D000000000001"),
}
NO_EVENTS = {"CLOCK", "DEAD"}


@pytest.mark.parametrize(("path", "document"), [(OPENAPI, openapi()), (ASYNCAPI, asyncapi())], ids=["openapi", "asyncapi"])
def test_what_is_checked_in_is_what_the_code_says(path: Path, document: dict[str, object]) -> None:
    assert path.read_text(encoding="utf-8") == written(document), "run `make contract`"


def test_every_subject_of_every_stream_is_described() -> None:
    subjects = {
        subject.replace(".*", ".{source}") for stream in STREAMS if stream.name not in NO_EVENTS for subject in stream.subjects
    }

    assert subjects == EVENTS.keys()


@pytest.fixture
async def url(nats: Client) -> AsyncIterator[str]:
    loaded = load_settings(IngestSettings)
    metrics, clock = IngestMetrics(SOURCES), SystemClock()

    async def well() -> str | None:
        return None

    async with Publisher(nats) as publisher:
        app = web_app(WebhookReceiver(SOURCES, ADAPTERS, publisher, clock), loaded, metrics, clock, well)
        server = http_server(app, host="127.0.0.1", port=0, limits=HeadLimits())
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await serving


def _signed(body: bytes) -> dict[str, str]:
    seconds = str(int(SystemClock().now().timestamp()))
    digest = hmac.digest(key_of(SECRET), f"m1.{seconds}.".encode() + body, "sha256")
    return {"webhook-id": "m1", "webhook-timestamp": seconds, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def _explore(url: str) -> int:
    """Every operation with whatever Schemathesis thinks of; every second post properly signed. The number of requests."""
    schema = schemathesis.openapi.from_dict(openapi())
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # an Err would raise here, as it should

        @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def explore(case: Case[Any]) -> None:
            nonlocal tried
            tried += 1
            if "source" in case.path_parameters and tried % 3:
                case.path_parameters["source"] = ("acme", "sf")[tried % 3 - 1]  # by chance it would hardly ever be one there is
            case.call_and_validate(base_url=url, timeout=20)
            if case.operation.method == "post":
                body = json.dumps(case.body, default=str).encode()
                answer = requests.post(f"{url}/webhooks/acme", data=body, headers=_signed(body), timeout=20)
                assert (answer.status_code, answer.json()) == (200, {"stored": True})

        explore()
    return tried


async def test_schemathesis_finds_nothing(url: str) -> None:
    assert await asyncio.to_thread(_explore, url) > 100
