"""Any sender of JSON: where its secret travels."""

import base64
from dataclasses import replace
from typing import Final

import pytest

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.crm.shared_secret import verify
from services.ingest.domain.origin_handshake import respond_to_origin_handshake
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch
from tests.services.ingest.senders import NOW, SECRET
from tests.services.ingest.senders.sender import make_source

SOURCE: Final = make_source("shared-secret", fields={"activity_id": "id", "kind": "type"})
BASIC: Final = base64.b64encode(SECRET.encode()).decode()
PLACES: Final = {
    "header:X-Secret": RawWebhook(headers={"x-secret": SECRET}, body=b'{"id": 1}'),
    "query:key": RawWebhook(headers={}, query={"key": SECRET}, body=b'{"id": 1}'),
    "basic": RawWebhook(headers={"authorization": f"Basic {BASIC}"}, body=b'{"id": 1}'),
    "bearer": RawWebhook(headers={"authorization": f"bearer {SECRET}"}, body=b'{"id": 1}'),
    "body:token": RawWebhook(headers={}, body=b'{"id": 1, "token": "%s"}' % SECRET.encode()),
}


@pytest.mark.parametrize(("place", "webhook"), PLACES.items())
def test_the_secret_is_accepted_in_its_place_and_is_not_stored(place: str, webhook: RawWebhook) -> None:
    verified = verify(webhook, replace(SOURCE, secret_in=place), now=NOW)

    assert verified.body.replace(b" ", b"") == b'{"id":1}'
    assert verified.headers == {}


@pytest.mark.parametrize("place", [place for place, webhook in PLACES.items() if webhook.headers])
def test_blanks_after_a_secret_in_a_header_are_no_part_of_it(place: str) -> None:
    headers = {name: f"{value} \t" for name, value in PLACES[place].headers.items()}

    assert verify(replace(PLACES[place], headers=headers), replace(SOURCE, secret_in=place), now=NOW).headers == {}


@pytest.mark.parametrize("webhook_place", PLACES)
@pytest.mark.parametrize("place", PLACES)
def test_the_secret_is_refused_in_any_other_place(place: str, webhook_place: str) -> None:
    if place == webhook_place:
        return

    with pytest.raises(SignatureMismatch):
        verify(PLACES[webhook_place], replace(SOURCE, secret_in=place), now=NOW)


@pytest.mark.parametrize("credentials", [f"{BASIC[:8]}!{BASIC[8:]}", "====", "ä"])
def test_credentials_that_are_not_base64_are_refused(credentials: str) -> None:
    webhook = RawWebhook(headers={"authorization": f"Basic {credentials}"}, body=b"{}")

    with pytest.raises(SignatureMismatch):
        verify(webhook, replace(SOURCE, secret_in="basic"), now=NOW)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"token": 7}'])
def test_a_body_without_a_readable_secret_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureMismatch):
        verify(RawWebhook(headers={}, body=body), replace(SOURCE, secret_in="body:token"), now=NOW)


@pytest.mark.parametrize(
    ("headers", "query", "event"),
    [
        ({"x-event": "call", "x-event-type": "email"}, {"event": "note"}, "call"),
        ({"x-event-type": "email"}, {"event": "note"}, "email"),
        ({}, {"event": "note"}, "note"),
    ],
)
def test_the_name_of_the_event_is_taken_from_a_header_or_the_query(
    headers: dict[str, str], query: dict[str, str], event: str
) -> None:
    webhook = RawWebhook(headers=headers | {"x-secret": SECRET}, query=query, body=b"{}")

    assert verify(webhook, replace(SOURCE, secret_in="header:X-Secret"), now=NOW).headers == {"event": event}


def test_a_sender_of_cloudevents_may_ask_whether_it_may_send() -> None:
    assert ADAPTERS["shared-secret"].respond_to_handshake is respond_to_origin_handshake
