"""HubSpot: which signatures are accepted."""

import base64
import dataclasses
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.hubspot import ADAPTER, signed_url
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, Source
from shared.observation import SourceName

KEY: Final = b"yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URL: Final = "https://www.example.com/webhook_uri"
SOURCE: Final = Source(name=SourceName("hub"), kind="hubspot", secrets=(b"another", KEY), public_url=URL)
V1_BODY: Final = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation",'
    b'"attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
)
V1_SIGNATURE: Final = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
V2_BODY: Final = b'{"example_field":"example_value"}'
V2_SIGNATURE: Final = "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
V3_BODY, V3_MS = b"{'example_field':'example_value'}", 1693657560000
V3_SIGNATURE: Final = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _v3(body: bytes = V3_BODY, ms: int | str = V3_MS, signature: str = V3_SIGNATURE) -> RawWebhook:
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": str(ms)}
    return RawWebhook(headers=headers, body=body)


def _v2(**changes: Any) -> RawWebhook:
    headers = {"x-hubspot-signature": V2_SIGNATURE, "x-hubspot-signature-version": "v2"}
    return dataclasses.replace(RawWebhook(headers=headers, body=V2_BODY), **changes)


def test_the_vendors_own_vectors_are_accepted() -> None:
    v1 = {"x-hubspot-signature": V1_SIGNATURE, "x-hubspot-signature-version": "v1"}

    assert ADAPTER.verify(RawWebhook(headers=v1, body=V1_BODY), SOURCE, now=_at(0)).body == V1_BODY
    assert ADAPTER.verify(_v2(), SOURCE, now=_at(0)).body == V2_BODY
    assert ADAPTER.verify(_v3(), SOURCE, now=_at(V3_MS)).body == V3_BODY


def test_v1_is_accepted_without_its_version_and_next_to_a_v3_that_cannot_be_checked() -> None:
    without_url = dataclasses.replace(SOURCE, public_url="")
    v1 = {"x-hubspot-signature": V1_SIGNATURE}

    assert ADAPTER.verify(RawWebhook(headers=v1, body=V1_BODY), SOURCE, now=_at(0)).body == V1_BODY
    with_v3 = v1 | {"x-hubspot-signature-v3": V3_SIGNATURE, "x-hubspot-request-timestamp": str(V3_MS)}
    assert ADAPTER.verify(RawWebhook(headers=with_v3, body=V1_BODY), without_url, now=_at(0)).body == V1_BODY


def test_v2_covers_the_method_and_the_url_and_so_needs_to_know_it() -> None:
    other_url, no_url = (dataclasses.replace(SOURCE, public_url=url) for url in (f"{URL}/", ""))

    without_url = {"x-hubspot-signature": hashlib.sha256(KEY + b"POST" + V2_BODY).hexdigest()}
    signed_without = _v2(headers=without_url | {"x-hubspot-signature-version": "v2"})

    for webhook, source in ((_v2(method="GET"), SOURCE), (_v2(), other_url), (_v2(), no_url), (signed_without, no_url)):
        with pytest.raises(SignatureMismatch):
            ADAPTER.verify(webhook, source, now=_at(0))


@pytest.mark.parametrize(
    "webhook",
    [
        _v3(ms=V3_MS + 1),
        _v3(body=V3_BODY + b" "),
        _v3(signature="AAAA"),
        _v3(signature="ä"),
        _v3(ms="nan"),
        _v3(ms="9" * 30),
        RawWebhook(headers={}, body=V3_BODY),
        RawWebhook(headers={"x-hubspot-signature": V1_SIGNATURE}, body=V3_BODY),
        RawWebhook(headers={"x-hubspot-signature": V1_SIGNATURE, "x-hubspot-signature-version": "v2"}, body=V1_BODY),
        RawWebhook(headers={"x-hubspot-signature": V1_SIGNATURE, "x-hubspot-signature-version": "v9"}, body=V1_BODY),
        _v2(body=V2_BODY + b" "),
        _v2(headers={"x-hubspot-signature": V2_SIGNATURE, "x-hubspot-signature-version": "v9"}),
        _v2(headers={"x-hubspot-signature": V2_SIGNATURE}),
    ],
)
def test_anything_else_is_refused(webhook: RawWebhook) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(webhook, SOURCE, now=_at(V3_MS))


@pytest.mark.parametrize("off_ms", [300_000, -300_000])
def test_five_minutes_before_or_after_are_accepted_and_a_millisecond_more_is_not(off_ms: int) -> None:
    ADAPTER.verify(_v3(), SOURCE, now=_at(V3_MS) + timedelta(milliseconds=off_ms))

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_v3(), SOURCE, now=_at(V3_MS) + timedelta(milliseconds=off_ms + (1 if off_ms > 0 else -1)))


@pytest.mark.parametrize(("version", "body", "signature"), [("v1", V1_BODY, V1_SIGNATURE), ("v2", V2_BODY, V2_SIGNATURE)])
def test_a_right_older_signature_next_to_a_wrong_v3_is_refused(version: str, body: bytes, signature: str) -> None:
    webhook = _v3(body=body, signature="AAAA")
    headers = {**webhook.headers, "x-hubspot-signature": signature, "x-hubspot-signature-version": version}

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(RawWebhook(headers=headers, body=body), SOURCE, now=_at(V3_MS))


def test_exactly_twelve_escapes_are_decoded_in_the_url() -> None:
    escaped = "https://x.example/%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%20%25%26"

    assert signed_url(escaped) == signed_url(escaped.lower()) == "https://x.example/:/?@!$'()*,;%20%25%26"


def test_a_body_in_any_language_is_hashed_as_its_bytes() -> None:
    body = "Grüße, démo".encode()
    signature = base64.b64encode(hmac.digest(KEY, b"POST" + URL.encode() + body + str(V3_MS).encode(), hashlib.sha256))

    assert ADAPTER.verify(_v3(body=body, signature=signature.decode()), SOURCE, now=_at(V3_MS)).body == body


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=5, attempts_max=11, window_s=86_400)
