"""The two documents that describe Daymark to other programs, made from the code: `make contract` writes them anew.

`docs/openapi.json` is the door, `docs/asyncapi.json` what travels on the streams.
"""

import json
from typing import Any, Final

import msgspec
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from pydantic import create_model

from services.ingest.app import ADAPTERS
from services.ingest.webhooks import REFUSALS
from shared.events import (
    ACTIVITY_OBSERVED,
    ANNOUNCEMENT_DELIVERED,
    DAY_CHANGED,
    DAY_CLOSED,
    DAY_OPENED,
    NUDGE_DECIDED,
    NUDGE_DELIVERED,
    NUDGE_REVISED,
    PLAYBOOK_ACKNOWLEDGED,
    PLAYBOOK_ANNOUNCED,
    PLAYBOOK_WITHDRAWN,
    WEBHOOK_RECEIVED,
    AnnouncementDelivered,
    DayReport,
    Nudge,
    NudgeDelivered,
    NudgeRevised,
    PlaybookAcknowledged,
    PlaybookAnnounced,
    PlaybookWithdrawn,
)
from shared.observation import Observation
from tests.running_daymark import ROOT

OPENAPI: Final = ROOT / "docs" / "openapi.json"
ASYNCAPI: Final = ROOT / "docs" / "asyncapi.json"
_VERSION: Final = "0.1.0"
_ERROR: Final = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}

ActivityObserved = create_model(
    "ActivityObserved",
    __doc__="What was true of one activity as of `observed_at`.",
    source=(str, ...),
    **{field.name: (field.type, ... if field.required else None) for field in msgspec.structs.fields(Observation)},  # type: ignore[call-overload]  # names and types are only known here
)

EVENTS: Final[dict[str, tuple[Any, str]]] = {
    f"{WEBHOOK_RECEIVED}.{{source}}": (bytes, "The body of a verified webhook, byte for byte but for a secret in it."),
    f"{ACTIVITY_OBSERVED}.{{source}}": (ActivityObserved, "Facts about one activity."),
    DAY_OPENED: (DayReport, "A rep's day has begun."),
    DAY_CHANGED: (DayReport, "The score or a count of a day has changed; with a later revision also after it closed."),
    DAY_CLOSED: (DayReport, "A rep's day has ended."),
    PLAYBOOK_ANNOUNCED: (PlaybookAnnounced, "A rep is to be told of a version that judges them, or will."),
    PLAYBOOK_WITHDRAWN: (PlaybookWithdrawn, "An announced version will not come to judge a rep, as things now stand."),
    ANNOUNCEMENT_DELIVERED: (AnnouncementDelivered, "A rep was told of a version."),
    PLAYBOOK_ACKNOWLEDGED: (PlaybookAcknowledged, "A rep says that they have read a version."),
    NUDGE_DECIDED: (Nudge, "A nudge is due, and will be sent unless something changes."),
    NUDGE_DELIVERED: (NudgeDelivered, "A channel took a nudge."),
    NUDGE_REVISED: (NudgeRevised, "A nudge that was sent is no longer called for, or is again."),
}


def asyncapi() -> dict[str, Any]:
    """What is published on the streams, as FastStream describes it."""
    broker = NatsBroker("nats://HOST:4222")
    for subject, (schema, description) in EVENTS.items():
        broker.publisher(subject, title=subject, schema=schema, description=description)
    title = "Daymark's streams"
    description = "CloudEvents 1.0 in NATS binary mode: `ce-*` headers, data as JSON, `ce-id` also as `Nats-Msg-Id`."
    found = AsyncAPI(broker, title=title, version=_VERSION, description=description).to_specification()
    document: dict[str, Any] = json.loads(found.to_json())
    return document


def openapi() -> dict[str, Any]:
    """The HTTP side of ingest."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Daymark's door",
            "version": _VERSION,
            "description": "CRMs post webhooks here. A 2xx answer means that the webhook is on disk.",
        },
        "paths": {
            "/webhooks/{source}": {
                "parameters": [
                    {
                        "name": "source",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "a source's name",
                    }
                ],
                "post": _post(),
                "options": {
                    "operationId": "shakeHands",
                    "summary": "Ask whether CloudEvents may be sent here",
                    "parameters": [{"name": "WebHook-Request-Origin", "in": "header", "schema": {"type": "string"}}],
                    "responses": {"204": {"description": "`WebHook-Allowed-Origin` is there when they may be"}},
                },
            },
            "/livez": {"get": _probe("isAlive", "The process runs", {"200": "alive"})},
            "/readyz": {"get": _probe("isReady", "What it rests on is there", {"200": "ready", "503": "not ready, and why"})},
            "/metrics": {"get": _metrics()},
        },
    }


def _post() -> dict[str, Any]:
    answers = {str(status): ("refused", _json(_ERROR)) for status, _ in REFUSALS.values()}
    stored = {"200": ("stored, durably", _stored()), "503": ("cannot be stored now; see `Retry-After`", _unavailable())}
    return {
        "operationId": "receiveWebhook",
        "summary": "Receive a webhook",
        "description": "How it is proved that the source sent it depends on its kind; docs/ has a page for each.",
        "requestBody": {"required": True, "content": {"*/*": {"schema": {}}}},
        "responses": {
            status: {"description": description, "content": content}
            for status, (description, content) in sorted((answers | stored).items())
        },
    }


def _stored() -> dict[str, Any]:
    said = {"type": "object", "properties": {"stored": {"const": True}}, "required": ["stored"]}
    others = {adapter.stored.media_type for adapter in ADAPTERS.values()} - {"application/json"}
    return _json(said) | {media_type: {"schema": {"type": "string"}} for media_type in sorted(others)}


def _unavailable() -> dict[str, Any]:
    others = {adapter.unavailable.media_type for adapter in ADAPTERS.values() if adapter.unavailable} - {"application/json"}
    return _json(_ERROR) | {media_type: {"schema": {"type": "string"}} for media_type in sorted(others)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _probe(name: str, summary: str, answers: dict[str, str]) -> dict[str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {}}}
    responses = {status: {"description": description, "content": content} for status, description in answers.items()}
    return {"operationId": name, "summary": summary, "responses": responses}


def _metrics() -> dict[str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}}}
    responses = {"200": {"description": "Prometheus' text format", "content": content}}
    return {"operationId": "readMetrics", "summary": "Metrics", "responses": responses}


def written(document: dict[str, Any]) -> str:
    """The document as it is checked in."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    OPENAPI.write_text(written(openapi()), encoding="utf-8")
    ASYNCAPI.write_text(written(asyncapi()), encoding="utf-8")
