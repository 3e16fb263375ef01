"""The OpenAPI document: the HTTP side of ingest."""

from typing import Any, Final

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.webhooks import REFUSALS
from shared.service.version import VERSION

_JSON: Final = "application/json"
_TEXT: Final = {"schema": {"type": "string"}}
_ERROR: Final = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}
_PROBES: Final = {"servers": [{"url": "http://127.0.0.1:8091", "description": "`ingest.probes_port`; not for senders"}]}
_STORED: Final = {"type": "object", "properties": {"stored": {"const": True}}, "required": ["stored"]}


def make_openapi() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Daymark ingest",
            "version": VERSION,
            "description": "CRMs post webhooks here. A response of 2xx means that the webhook is stored on disk.",
        },
        "paths": {
            "/webhooks/{source}": {
                "parameters": [
                    {
                        "name": "source",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "the name of a configured source",
                    }
                ],
                "post": _receive_webhook(),
                "options": _validate_receiver(),
            },
            "/livez": _PROBES | {"get": _probe("isAlive", "Is the process running?", {"200": "alive"})},
            "/readyz": _PROBES
            | {"get": _probe("isReady", "Can it do its work?", {"200": "ready", "503": "not ready, with the reasons"})},
            "/metrics": _PROBES | {"get": _read_metrics()},
        },
    }


def _receive_webhook() -> dict[str, Any]:
    responses = {str(status): ("refused", _content(_ERROR)) for status, _ in REFUSALS.values()}
    responses["200"] = ("stored on disk", _content(_STORED) | _other_media_types(is_stored=True))
    responses["503"] = (
        "cannot be stored now; retry after the seconds in `Retry-After`",
        _content(_ERROR) | _other_media_types(is_stored=False),
    )
    return {
        "operationId": "receiveWebhook",
        "summary": "Receive a webhook",
        "description": "How a webhook is verified depends on the kind of its source; docs/ has a page for each.",
        "requestBody": {"required": True, "content": {"*/*": {"schema": {}}}},
        "responses": {
            status: {"description": description, "content": content}
            for status, (description, content) in sorted(responses.items())
        },
    }


def _validate_receiver() -> dict[str, Any]:
    """The handshake of CloudEvents' HTTP webhooks."""
    return {
        "operationId": "shakeHands",
        "summary": "Ask whether CloudEvents may be sent here",
        "parameters": [{"name": "WebHook-Request-Origin", "in": "header", "schema": {"type": "string"}}],
        "responses": {"204": {"description": "they may, if the response has the header `WebHook-Allowed-Origin`"}},
    }


def _other_media_types(*, is_stored: bool) -> dict[str, Any]:
    """The media types, besides JSON, in which some senders expect the response."""
    responses = [adapter.stored if is_stored else adapter.unavailable for adapter in ADAPTERS.values()]
    media_types = {response.media_type for response in responses if response is not None and response.media_type}
    return dict.fromkeys(sorted(media_types - {_JSON}), _TEXT)


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {_JSON: {"schema": schema}}


def _probe(operation: str, summary: str, descriptions: dict[str, str]) -> dict[str, Any]:
    content = {"text/plain": _TEXT, _JSON: {"schema": {}}}
    responses = {status: {"description": description, "content": content} for status, description in descriptions.items()}
    return {"operationId": operation, "summary": summary, "responses": responses}


def _read_metrics() -> dict[str, Any]:
    responses = {"200": {"description": "in the text format of Prometheus", "content": {"text/plain": _TEXT}}}
    return {"operationId": "readMetrics", "summary": "Metrics", "responses": responses}
