"""CloudEvents over HTTP in their three modes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.ingest.domain.crm.cloudevents import CLOUDEVENTS
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Refused, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import Observation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOURCE = Source(name="globex", kind="cloudevents", secrets=(b"new", b"old"))
OBSERVATION = {"activity_id": "a1", "kind": "call", "observed_at": "2026-03-02T10:00:00+01:00"}
EVENT = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "changed", "data": OBSERVATION}
ADAPTER = CLOUDEVENTS
RECEIVED = datetime(2026, 1, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize("authorization", ["Bearer new", "bearer old", "BEARER  new"])
def test_any_live_secret_opens(authorization: str) -> None:
    verified = ADAPTER.verify(RawWebhook(headers={"authorization": authorization}, body=b"{}"), SOURCE, now=NOW)

    assert "authorization" not in verified.headers


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer newer", "Basic new", "new", "Bearer n\udcffw"])
def test_anything_else_does_not(authorization: str) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(RawWebhook(headers={"authorization": authorization}, body=b"{}"), SOURCE, now=NOW)


def _translated(content: Any, **headers: str) -> list[Observation | Refused]:
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content).encode()
    return list(ADAPTER.translate(VerifiedWebhook(received_at=RECEIVED, source="globex", headers=kept, body=body), SOURCE))


def test_the_three_modes_say_the_same() -> None:
    attributes = {f"ce_{name}": str(EVENT[name]) for name in ("specversion", "id", "source", "type")}

    binary = _translated(OBSERVATION, content_type="application/json", **attributes)
    structured = _translated(EVENT, content_type="application/cloudevents+json; charset=utf-8")
    batch = _translated([EVENT, EVENT], content_type="application/cloudevents-batch+json")

    assert isinstance(binary[0], Observation)
    assert structured == binary
    assert batch == binary * 2


@pytest.mark.parametrize("missing", ["specversion", "id", "source", "type", "data"])
def test_an_event_that_lacks_what_is_required_is_refused_and_its_neighbour_is_read(missing: str) -> None:
    broken = {name: value for name, value in EVENT.items() if name != missing}

    items = _translated([broken, EVENT], content_type="application/cloudevents-batch+json")

    assert items[0] == Refused(item=0, problem="event: not a CloudEvents 1.0 event with data")
    assert isinstance(items[1], Observation)


def test_a_batch_that_is_no_array_is_unreadable() -> None:
    with pytest.raises(BodyUnreadable):
        _translated(EVENT, content_type="application/cloudevents-batch+json")
