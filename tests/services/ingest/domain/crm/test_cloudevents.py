"""CloudEvents over HTTP: the token, the three modes and the handshake."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from services.ingest.domain.adapter import HttpResponse
from services.ingest.domain.crm.cloudevents import ADAPTER
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, RefusedItem, SignatureMismatch, Source
from shared.observation import Observation, SourceName
from tests.services.ingest.senders.sender import observe, translate_json

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOURCE: Final = Source(name=SourceName("globex"), kind="cloudevents", secrets=(b"new", b"old"))
OBSERVATION: Final = {"activity_id": "a1", "kind": "call", "observed_at": "2026-03-02T10:00:00+01:00"}
ATTRIBUTES: Final = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "changed"}
EVENT: Final = {**ATTRIBUTES, "data": OBSERVATION}
BATCH: Final = {"content-type": "application/cloudevents-batch+json"}


@pytest.mark.parametrize("authorization", ["Bearer new", "bearer old", "BEARER  new"])
def test_any_valid_token_is_accepted_and_not_stored(authorization: str) -> None:
    verified = ADAPTER.verify(RawWebhook(headers={"authorization": authorization}, body=b"{}"), SOURCE, now=NOW)

    assert "authorization" not in verified.headers


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer newer", "Basic new", "new", "Bearer n\udcffw"])
def test_anything_else_is_refused(authorization: str) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(RawWebhook(headers={"authorization": authorization}, body=b"{}"), SOURCE, now=NOW)


def test_a_token_is_accepted_in_the_query_but_not_in_both_places() -> None:
    in_query = RawWebhook(headers={}, query={"access_token": "new"}, body=b"{}")

    assert ADAPTER.verify(in_query, SOURCE, now=NOW).source == "globex"
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(replace(in_query, headers={"authorization": "Bearer new"}), SOURCE, now=NOW)


def test_the_three_modes_mean_the_same() -> None:
    headers = {f"ce-{name}": value for name, value in ATTRIBUTES.items()}

    binary = translate_json(SOURCE, OBSERVATION, headers={"content-type": "application/json", **headers})
    structured = translate_json(SOURCE, EVENT, headers={"content-type": "application/cloudevents+json; charset=utf-8"})
    batch = translate_json(SOURCE, [EVENT, EVENT], headers=BATCH)

    assert isinstance(binary[0], Observation)
    assert structured == binary
    assert batch == binary * 2


@pytest.mark.parametrize("wrong", [None, "", 7])
@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "data"])
def test_an_event_that_lacks_a_required_attribute_is_refused_and_the_next_is_read(name: str, wrong: object) -> None:
    items = translate_json(SOURCE, [{**EVENT, name: wrong}, EVENT], headers=BATCH)

    assert items[0] == RefusedItem(index=0, problem="event: not a CloudEvents 1.0 event with data")
    assert isinstance(items[1], Observation)


def test_an_event_of_another_version_is_refused() -> None:
    (item,) = translate_json(SOURCE, [{**EVENT, "specversion": "0.3"}], headers=BATCH)

    assert item == RefusedItem(index=0, problem="event: not a CloudEvents 1.0 event with data")


def test_data_without_an_account_belongs_to_the_account_of_the_source() -> None:
    in_account = replace(SOURCE, account="eu")

    own, stated = [
        observe(in_account, [{**EVENT, "data": OBSERVATION | data}], headers=BATCH) for data in ({}, {"account": "us"})
    ]

    assert (own.account, stated.account) == ("eu", "us")


def test_an_event_is_identified_by_its_source_and_its_id() -> None:
    events = [{"source": "/crm", "id": "1"}, {"source": "/crm", "id": "2"}, {"source": "/erp", "id": "1"}]

    assert len({ADAPTER.identify(event) for event in events}) == 3


def test_the_attributes_of_a_binary_event_are_stored_and_no_other_header() -> None:
    attributes = {f"ce-{name}": "x" for name in (*ATTRIBUTES, "time", "subject")} | {"content-type": "application/json"}
    headers = {"authorization": "Bearer new", "x-other": "y", **attributes}

    assert ADAPTER.verify(RawWebhook(headers=headers, body=b"{}"), SOURCE, now=NOW).headers == attributes


def test_a_batch_that_is_not_an_array_is_unreadable() -> None:
    with pytest.raises(BodyUnreadable, match=r"^a batch must be a JSON array"):
        translate_json(SOURCE, EVENT, headers=BATCH)


def test_the_handshake_allows_the_origin_that_asks() -> None:
    request = RawWebhook(method="OPTIONS", headers={"webhook-request-origin": "events.example.com"}, body=b"")

    assert ADAPTER.respond_to_handshake(request) == HttpResponse(
        status=204,
        headers={
            "Allow": "POST, OPTIONS",
            "WebHook-Allowed-Origin": "events.example.com",
            "WebHook-Allowed-Rate": "*",
        },
    )


@pytest.mark.parametrize(
    "webhook",
    [
        RawWebhook(method="OPTIONS", headers={}, body=b""),
        RawWebhook(method="POST", headers={"webhook-request-origin": "events.example.com"}, body=b"{}"),
    ],
    ids=["no origin", "a post"],
)
def test_no_other_request_is_a_handshake(webhook: RawWebhook) -> None:
    assert ADAPTER.respond_to_handshake(webhook) is None
