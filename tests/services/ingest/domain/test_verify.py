"""Authentication of every sender: published and derived signature vectors, and every way in which a signature can be wrong."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hubspot.utils.signature import Signature  # type: ignore[import-untyped]  # the vendor ships no types
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, SignatureMissing, SignedTimeOff, Source
from shared.observation import SourceName
from tests.services.ingest.senders import BY_NAME, NOW, ROTATED, SECRET, SENDERS, Sender

VECTORS: Final[list[dict[str, Any]]] = json.loads((Path(__file__).parents[1] / "vectors.json").read_text())
VALID: Final = [vector for vector in VECTORS if vector["valid"]]
WRONG: Final = "a-secret-of-nobody-as-long-as-a-digest-0"
MALFORMED: Final = ("", "ä", "\udc80", "a,b", "v1,", "v1,====", "Basic", "Basic ä", "t=,v1=", "=" * 9_000, "\x00", "a.b.c")


def _is_accepted(vector: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    secrets = (b"another", vector["secret"].encode())
    source = Source(name=SourceName("s"), kind=vector["kind"], secrets=secrets, public_url=vector["url"])
    webhook = RawWebhook(method=vector["method"], headers=headers, body=vector["body"].encode())
    try:
        ADAPTERS[vector["kind"]].verify(webhook, source, now=datetime.fromtimestamp(vector["at"], UTC))
    except SignatureMismatch:
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["note"])
def test_a_vector_is_accepted_if_it_is_valid(vector: dict[str, Any]) -> None:
    assert _is_accepted(vector) is vector["valid"]


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["note"])
def test_a_valid_vector_is_refused_with_another_secret_and_if_the_body_is_signed_with_one_more_byte(
    vector: dict[str, Any],
) -> None:
    if ADAPTERS[vector["kind"]].authentication.signs_body:
        assert not _is_accepted(vector | {"body": vector["body"] + " "})
    assert not _is_accepted(vector | {"secret": "00" * 32})


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if vector["kind"] == "standard"], ids=lambda vector: vector["note"]
)
def test_the_reference_library_of_standard_webhooks_agrees(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.fromtimestamp(vector["at"], UTC)
    monkeypatch.setattr(
        "standardwebhooks.webhooks.datetime", type("Then", (datetime,), {"now": classmethod(lambda *_, **__: now)})
    )
    headers = {name.replace("svix", "webhook"): value for name, value in vector["headers"].items()}
    try:
        Webhook(vector["secret"]).verify(vector["body"], headers)
        is_accepted = True
    except WebhookVerificationError:
        is_accepted = False

    assert is_accepted is vector["valid"]


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if vector["kind"] == "hubspot"], ids=lambda vector: vector["note"]
)
def test_hubspots_own_library_agrees(vector: dict[str, Any]) -> None:
    is_v3 = "X-HubSpot-Signature-v3" in vector["headers"]
    expected = Signature.get_signature(
        client_secret=vector["secret"],
        request_body=vector["body"],
        signature_version="v3" if is_v3 else vector["headers"]["X-HubSpot-Signature-Version"],
        http_uri=vector["url"],
        http_method=vector["method"],
        timestamp=vector["headers"].get("X-HubSpot-Request-Timestamp"),
    )

    signature = vector["headers"]["X-HubSpot-Signature-v3" if is_v3 else "X-HubSpot-Signature"]
    assert (signature == expected) is vector["valid"]


def _body(sender: Sender) -> bytes:
    return next(iter(sender.stories().values()))[0]


@pytest.mark.parametrize("secret", [SECRET, ROTATED])
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_each_secret_that_is_valid_now_is_accepted_and_not_stored(sender: Sender, secret: str) -> None:
    verified = sender.adapter.verify(sender.post(_body(sender), secret=secret), sender.source, now=NOW)

    assert secret.encode() not in verified.body
    assert not any(secret in value for value in verified.headers.values())


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
@pytest.mark.parametrize("secret", ["", "another", SECRET[:-1], SECRET + "x", SECRET.upper(), "ä"])
def test_no_other_secret_is_accepted(sender: Sender, secret: str) -> None:
    with pytest.raises(SignatureMismatch):
        sender.adapter.verify(sender.post(_body(sender), secret=secret), sender.source, now=NOW)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_request_without_any_credentials_is_refused(sender: Sender) -> None:
    with pytest.raises(SignatureMismatch):
        sender.adapter.verify(RawWebhook(headers={}, body=b"{}"), sender.source, now=NOW)


@pytest.mark.parametrize("text", MALFORMED)
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_malformed_credentials_are_refused_and_never_an_error(sender: Sender, text: str) -> None:
    webhook = sender.post(_body(sender))
    broken = RawWebhook(
        headers=dict.fromkeys(webhook.headers, text), query=dict.fromkeys(webhook.query, text), body=b'{"token": "%s"}'
    )

    with pytest.raises(SignatureMismatch):
        sender.adapter.verify(broken, sender.source, now=NOW)


def _is_verified(sender: Sender, webhook: RawWebhook, *, now: datetime = NOW) -> bool:
    try:
        sender.adapter.verify(webhook, sender.source, now=now)
    except SignatureMismatch:
        return False
    return True


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_changed_body_is_refused_if_the_body_is_signed_and_only_then(sender: Sender) -> None:
    webhook = sender.post(_body(sender))

    is_accepted = _is_verified(sender, replace(webhook, body=webhook.body + b" "))

    assert is_accepted is not sender.adapter.authentication.signs_body


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_signed_time_may_be_five_minutes_off_and_no_more(sender: Sender) -> None:
    webhook = sender.post(_body(sender))

    accepted = [off_s for off_s in (-301, -300, 300, 301) if _is_verified(sender, webhook, now=NOW + timedelta(seconds=off_s))]

    signature = sender.source.signature
    signs_time = sender.adapter.authentication.signs_time or (signature is not None and signature.timestamp != "")
    assert (accepted == [-300, 300]) is signs_time
    assert -300 in accepted


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("espocrm", "signature"),
        ("hubspot", "x-hubspot-signature-v3"),
        ("pipedrive", "authorization"),
        ("standard", "webhook-signature"),
    ],
)
def test_a_right_signature_with_a_stray_character_in_its_base64_is_refused(name: str, header: str) -> None:
    sender = BY_NAME[name]
    webhook = sender.post(_body(sender))
    signature = webhook.headers[header]
    stray = {**webhook.headers, header: f"{signature[:-8]}!{signature[-8:]}"}

    assert _is_verified(sender, webhook)
    assert not _is_verified(sender, replace(webhook, headers=stray))


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_body_that_cannot_be_read_is_refused_if_the_proof_is_in_it_and_otherwise_left_to_its_reader(sender: Sender) -> None:
    is_proof_in_body = SECRET.encode() in _body(sender) or sender.name == "salesforce"

    assert _is_verified(sender, sender.post(b"{")) is not is_proof_in_body


def _refusal(sender: Sender, webhook: RawWebhook, *, at: datetime = NOW) -> type[SignatureMismatch]:
    with pytest.raises(SignatureMismatch) as refused:
        sender.adapter.verify(webhook, sender.source, now=at)
    return refused.type


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_refusal_says_whether_the_signature_is_missing_wrong_or_too_old(sender: Sender) -> None:
    body = sender.payload(sender.payload_names()[0])
    bare = RawWebhook(headers={}, body=body.replace(SECRET.encode(), b""))
    signed_late = sender.post(body, at=NOW - timedelta(days=1))

    assert _refusal(sender, bare) is SignatureMissing
    assert _refusal(sender, sender.post(body.replace(SECRET.encode(), WRONG.encode()), secret=WRONG)) is SignatureMismatch
    if sender.adapter.authentication.signs_time:
        assert _refusal(sender, signed_late) is SignedTimeOff
