"""The AsyncAPI document: what the three real applications send and receive over NATS."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from faststream import FastStream

from services.ingest.app import describe as describe_ingest
from services.nudges.app import describe as describe_nudges
from services.scoring.app import describe as describe_scoring
from shared.service.version import VERSION

APPLICATIONS: Final[Mapping[str, Callable[[], FastStream]]] = {
    "ingest": describe_ingest,
    "scoring": describe_scoring,
    "nudges": describe_nudges,
}
_INFO: Final = {
    "title": "Daymark",
    "version": VERSION,
    "description": (
        "Events are CloudEvents 1.0 in NATS binary mode: `ce-*` headers, JSON data, and `ce-id` also as `Nats-Msg-Id`. "
        'Replies to questions are JSON: `{"ok": true, "data": …}`, or `{"ok": false, "error": "…"}`.'
    ),
}
_SEND: Final = "send"


def make_asyncapi() -> dict[str, Any]:
    """One document for all applications. Operations are named `<service>/<name>`.

    FastStream describes several brokers in one document, too, but keeps only one operation of a name. Here the service that
    sends an event and the one that receives it use the same name.
    """
    documents = {service: _describe(describe()) for service, describe in APPLICATIONS.items()}
    merged: dict[str, Any] = {
        "info": _INFO,
        **{key: documents["ingest"][key] for key in ("asyncapi", "defaultContentType", "servers")},
        "channels": {},
        "operations": {},
        "components": {"messages": {}, "schemas": {}},
    }
    for service, document in documents.items():
        _merge_channels(merged["channels"], document)
        for kind, components in merged["components"].items():
            _merge_equal(components, document["components"].get(kind, {}))
        merged["operations"] |= {f"{service}/{name}": operation for name, operation in document["operations"].items()}
    return merged


def _describe(app: FastStream) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(app.schema.to_specification().to_json())
    return document


def _merge_channels(channels: dict[str, Any], document: dict[str, Any]) -> None:
    """Add the channels of one application. What the sender says about a channel wins over what a receiver says."""
    sent = {operation["channel"]["$ref"] for operation in document["operations"].values() if operation["action"] == _SEND}
    for name, channel in document["channels"].items():
        known = channels.get(name, {"messages": {}})
        is_sent = any(reference.removeprefix("#/channels/") == _escape(name) for reference in sent)
        preferred = known | channel if is_sent else channel | known
        channels[name] = preferred | {"messages": known["messages"] | channel["messages"]}


def _merge_equal(components: dict[str, Any], others: dict[str, Any]) -> None:
    """Add components. Those of the same name must be the same."""
    for name, component in others.items():
        assert components.setdefault(name, component) == component, f"two applications describe {name} differently"


def _escape(name: str) -> str:
    """The name as it stands in a reference."""
    return name.replace("{", "%7B").replace("}", "%7D")
