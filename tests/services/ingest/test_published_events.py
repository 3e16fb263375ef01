"""What ingest says in its AsyncAPI document about the events that it publishes."""

import json
from typing import Any

import msgspec

from services.ingest.app import describe
from shared.observation import Observation, ObservationData
from shared.requests.sources.endpoints import SOURCE_LIST, SOURCE_REMOVE, SOURCE_STORE
from shared.requests.sources.repairs import SOURCE_LETTERS, SOURCE_REPLAY, SOURCE_REPROCESS
from shared.requests.sources.reports import SOURCE_REPORT
from shared.requests.webhooks import UNKNOWN_PATHS

REQUESTS = {
    "clock.status.v1.ingest",
    UNKNOWN_PATHS.subject,
    SOURCE_LIST.subject,
    SOURCE_STORE.subject,
    SOURCE_REMOVE.subject,
    SOURCE_REPORT.subject,
    SOURCE_LETTERS.subject,
    SOURCE_REPLAY.subject,
    SOURCE_REPROCESS.subject,
}


def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(describe().schema.to_specification().to_json())
    return document


def test_the_application_describes_both_events_and_its_requests_without_a_server() -> None:
    channels = _document()["channels"]

    assert channels.keys() == {"webhook.received.v1.{source}", "activity.observed.v1.{source}"} | REQUESTS
    assert all(channel["description"] for channel in channels.values())


def test_an_observed_activity_is_described_with_the_source_and_every_field_of_an_observation() -> None:
    schema = _document()["components"]["schemas"]["ActivityObserved"]

    fields = msgspec.structs.fields(Observation)
    of_the_webhook = {"source", "received_at", "read_at", "reprocessed_since", "reprocessed_until"}
    assert schema["properties"].keys() == of_the_webhook | {field.name for field in fields}
    assert schema["properties"].keys() == {field.name for field in msgspec.structs.fields(ObservationData)}
    assert set(schema["required"]) == {"source", *(field.name for field in fields if field.required)}
    assert schema["properties"]["account"]["default"] == ""
    assert schema["properties"]["observed_at"]["format"] == "date-time"


def test_the_body_of_a_webhook_is_described_as_bytes() -> None:
    schemas = _document()["components"]["schemas"]

    assert schemas["webhook.received.v1.{source}:Message:Payload"] == {
        "title": "webhook.received.v1.{source}:Message:Payload",
        "type": "string",
        "format": "binary",
    }
