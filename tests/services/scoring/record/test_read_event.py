"""How events are read, and which of them are refused."""

import json
from typing import Any, cast

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.scoring.record.read_event import EventUnreadable, read_event
from shared.observation import ObservationRefused, observation_from

BODY: dict[str, Any] = {
    "source": "acme",
    "activity_id": "173712-3",
    "kind": "call",
    "observed_at": "2026-03-02T09:10:25Z",
    "account": "",
    "deleted": None,
    "facts": {"actor": "7001", "outcome": "connected"},
}
HEADERS = {"ce-id": "e1", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def _message(data: bytes, headers: dict[str, str] | None = HEADERS) -> Msg:
    return Msg(_client=cast(Client, None), subject="activity.observed.v1.acme", data=data, headers=headers)


@pytest.mark.parametrize("changes", [{}, {"facts": {"outcome": 'said "no"'}}, {"account": None}, {"more": 1}])
def test_an_event_is_read_with_its_source_and_headers_on_the_fast_and_the_slow_path(changes: dict[str, Any]) -> None:
    event = read_event(_message(json.dumps(BODY | changes).encode(), HEADERS | {"ce-daymarkhistory": "true"}))

    expected = observation_from(BODY | changes)
    assert (event.event_id, event.source, event.is_history, event.traceparent) == ("e1", "acme", True, HEADERS["traceparent"])
    assert (event.key, event.observation.facts) == (("acme", "", "173712-3"), expected.facts)
    assert (event.observation.observed_at, event.observation.kind) == (expected.observed_at, "call")


@pytest.mark.parametrize("slow", [{}, {"more": 1}], ids=["fast path", "slow path"])
def test_a_later_reception_and_then_a_later_reading_outranks_what_was_there(slow: dict[str, Any]) -> None:
    noon, later = "2026-03-02T12:00:00Z", "2026-03-02T12:00:00.000001Z"
    readings: list[dict[str, str]] = [
        {},
        {"received_at": noon},
        {"received_at": noon, "read_at": noon},
        {"received_at": noon, "read_at": later},
        {"received_at": later},
    ]

    ranks = [read_event(_message(json.dumps(BODY | reading | slow).encode())).rank for reading in readings]

    assert ranks == sorted(set(ranks))
    assert ranks[0] == "e1"


@pytest.mark.parametrize("name", ["received_at", "read_at"])
@pytest.mark.parametrize("value", ["soon", 7, "2026-03-02T12:00:00"])
def test_an_event_with_a_reception_that_is_no_time_is_unreadable(name: str, value: object) -> None:
    with pytest.raises(EventUnreadable, match="is not a time"):
        read_event(_message(json.dumps(BODY | {name: value}).encode()))


def test_an_event_is_live_unless_it_says_otherwise() -> None:
    assert not read_event(_message(json.dumps(BODY).encode())).is_history


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (json.dumps(BODY).encode(), None),
        (json.dumps(BODY).encode(), {"ce-id": ""}),
        (json.dumps(BODY).encode(), {"ce-id": "e\x00"}),
        (b"{", HEADERS),
        (b"[]", HEADERS),
        *[(json.dumps(BODY | {"source": source}).encode(), HEADERS) for source in ("", None, 7, "a\x00")],
    ],
)
def test_a_message_that_is_no_event_is_unreadable(data: bytes, headers: dict[str, str] | None) -> None:
    with pytest.raises(EventUnreadable):
        read_event(_message(data, headers))


@pytest.mark.parametrize(
    "changes", [{"kind": "A call"}, {"activity_id": 7}, {"facts": {"duration_s": -1}}, {"observed_at": "today"}]
)
def test_an_observation_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ObservationRefused):
        read_event(_message(json.dumps(BODY | changes).encode()))
