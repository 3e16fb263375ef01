"""Events as scoring reads them, and what it says of those that it cannot read."""

import asyncio
import json
from typing import Any, cast

import pytest
from nats.aio.msg import Msg

from services.scoring.record.activity_consumer import EventUnreadable, read_event
from services.scoring.record.slices import slices
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
    return Msg(_client=cast(Any, None), subject="activity.observed.v1.acme", data=data, headers=headers)


@pytest.mark.parametrize("changes", [{}, {"facts": {"outcome": 'said "no"'}}, {"account": None}, {"more": 1}])
def test_an_event_is_read_with_its_source_and_headers_at_once_or_closely(changes: dict[str, Any]) -> None:
    read = read_event(_message(json.dumps(BODY | changes).encode(), HEADERS | {"ce-daymarkhistory": "true"}))

    expected = observation_from(BODY | changes)
    assert (read.event_id, read.source, read.history, read.traceparent) == ("e1", "acme", True, HEADERS["traceparent"])
    assert (read.key, read.observation.facts) == (("acme", "", "173712-3"), expected.facts)
    assert (read.observation.observed_at, read.observation.kind) == (expected.observed_at, "call")


def test_an_event_is_live_unless_it_says_otherwise() -> None:
    assert not read_event(_message(json.dumps(BODY).encode())).history


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
def test_what_is_no_event_is_unreadable(data: bytes, headers: dict[str, str] | None) -> None:
    with pytest.raises(EventUnreadable):
        read_event(_message(data, headers))


@pytest.mark.parametrize(
    "changes", [{"kind": "A call"}, {"activity_id": 7}, {"facts": {"duration_s": -1}}, {"observed_at": "today"}]
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ObservationRefused):
        read_event(_message(json.dumps(BODY | changes).encode()))


async def test_others_have_their_turn_between_two_slices() -> None:
    turns: list[str] = []

    async def work() -> None:
        async for some in slices(range(250)):
            first, *_, last = some
            turns.append(f"{first} to {last}")

    async def other() -> None:
        for _ in range(2):
            turns.append("other")
            await asyncio.sleep(0)

    await asyncio.gather(work(), other())

    assert turns == ["0 to 99", "other", "100 to 199", "other", "200 to 249"]
