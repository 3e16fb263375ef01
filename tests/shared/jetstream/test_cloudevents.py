"""The headers of a CloudEvent in NATS binary mode."""

from datetime import UTC, datetime

from shared.jetstream.cloudevents import event_headers

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "e1",
    "ce-type": "day.changed.v1",
    "ce-source": "/scoring",
    "ce-subject": "ana",
    "ce-time": "2026-03-02T12:00:00+00:00",
    "ce-datacontenttype": "application/json",
    "traceparent": TRACE,
}


def test_an_event_has_every_required_attribute_and_an_id_for_deduplication() -> None:
    headers = event_headers(
        event_id="e1", event_type="day.changed.v1", source="/scoring", subject="ana", time=NOON, traceparent=TRACE
    )

    assert headers == HEADERS | {"Nats-Msg-Id": "e1"}


def test_deduplication_can_be_left_out_and_extensions_added() -> None:
    headers = event_headers(
        event_id="e1",
        event_type="day.changed.v1",
        source="/scoring",
        subject="ana",
        time=NOON,
        traceparent=TRACE,
        content_type="text/plain",
        deduplicate=False,
        extensions={"daymarkhistory": "true"},
    )

    assert headers == HEADERS | {"ce-datacontenttype": "text/plain", "ce-daymarkhistory": "true"}
