"""Who is speaking: published and derived signature vectors, and every way in which a proof can be wrong."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hubspot.utils.signature import Signature  # type: ignore[import-untyped]  # the vendor ships no types
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.ingest.app import ADAPTERS
from services.ingest.domain.webhook import RawWebhook, SignatureMismatch, Source
from tests.services.ingest.senders import BY_NAME, NOW, ROTATED, SECRET, SENDERS, Sender

VECTORS: Final[list[dict[str, Any]]] = json.loads((Path(__file__).parents[1] / "vectors.json").read_text())
VALID: Final = [vector for vector in VECTORS if vector["valid"]]
NO_PROOFS: Final = ("", "ä", "\udc80", "a,b", "v1,", "v1,====", "Basic", "Basic ä", "t=,v1=", "=" * 9_000, "\x00")


def _is_taken(kind: str, vector: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    source = Source(name="s", kind=kind, secrets=(b"another", vector["secret"].encode()), public_url=vector["url"])
    webhook = RawWebhook(method=vector["method"], headers=headers, body=vector["body"].encode())
    try:
        ADAPTERS[kind].verify(webhook, source, now=datetime.fromtimestamp(vector["at"], UTC))
    except SignatureMismatch:
        return False
    return True


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["note"])
def test_a_vector_is_taken_or_refused_as_it_says(vector: dict[str, Any]) -> None:
    assert _is_taken(vector["kind"], vector) is vector["valid"]


@pytest.mark.parametrize("vector", VALID, ids=lambda vector: vector["note"])
def test_a_vector_is_refused_with_one_byte_more_or_another_secret(vector: dict[str, Any]) -> None:
    proves_the_body = vector["kind"] not in ("pipedrive", "zoho")
    if proves_the_body:
        assert not _is_taken(vector["kind"], vector | {"body": vector["body"] + " "})
    assert not _is_taken(vector["kind"], vector | {"secret": "00" * 32})


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["kind"] == "standard"], ids=lambda vector: vector["note"])
def test_the_reference_library_of_standard_webhooks_agrees(vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.fromtimestamp(vector["at"], UTC)
    monkeypatch.setattr(
        "standardwebhooks.webhooks.datetime", type("At", (datetime,), {"now": classmethod(lambda *_, **__: at)})
    )
    headers = {name.replace("svix", "webhook"): value for name, value in vector["headers"].items()}
    try:
        Webhook(vector["secret"]).verify(vector["body"], headers)
        agrees = True
    except WebhookVerificationError:
        agrees = False

    assert agrees is vector["valid"]


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["kind"] == "hubspot"], ids=lambda vector: vector["note"])
def test_hubspots_own_library_agrees(vector: dict[str, Any]) -> None:
    is_v3 = "X-HubSpot-Signature-v3" in vector["headers"]
    given = vector["headers"]["X-HubSpot-Signature-v3" if is_v3 else "X-HubSpot-Signature"]
    expected = Signature.get_signature(
        client_secret=vector["secret"],
        request_body=vector["body"],
        signature_version="v3" if is_v3 else vector["headers"]["X-HubSpot-Signature-Version"],
        http_uri=vector["url"],
        http_method=vector["method"],
        timestamp=vector["headers"].get("X-HubSpot-Request-Timestamp"),
    )

    assert (given == expected) is vector["valid"]


def _body(sender: Sender) -> bytes:
    return next(iter(sender.stories().values()))[0]


@pytest.mark.parametrize("secret", [SECRET, ROTATED])
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_each_secret_that_is_valid_now_opens_the_door(sender: Sender, secret: str) -> None:
    verified = sender.adapter.verify(sender.post(_body(sender), secret=secret), sender.source, now=NOW)

    assert secret.encode() not in verified.body
    assert not any(secret in value for value in verified.headers.values())


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
@pytest.mark.parametrize("secret", ["", "another", SECRET[:-1], SECRET + "x", SECRET.upper(), "ä"])
def test_no_other_does(sender: Sender, secret: str) -> None:
    with pytest.raises(SignatureMismatch):
        sender.adapter.verify(sender.post(_body(sender), secret=secret), sender.source, now=NOW)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_no_proof_at_all_does_not(sender: Sender) -> None:
    with pytest.raises(SignatureMismatch):
        sender.adapter.verify(RawWebhook(headers={}, body=b"{}"), sender.source, now=NOW)


@pytest.mark.parametrize("value", NO_PROOFS)
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_proof_that_is_no_proof_is_refused_and_never_an_error(sender: Sender, value: str) -> None:
    posted = sender.post(_body(sender))
    if not posted.headers:
        return
    broken = RawWebhook(headers=dict.fromkeys(posted.headers, value), query=posted.query, body=posted.body)

    with pytest.raises(SignatureMismatch):
        sender.adapter.verify(broken, sender.source, now=NOW)


SIGNS_THE_TIME: Final = ("hubspot", "close", "standard", "calendly", "twenty")


@pytest.mark.parametrize("off_s", [-301, -300, 300, 301])
@pytest.mark.parametrize("name", SIGNS_THE_TIME)
def test_a_signed_time_may_lie_five_minutes_off_and_no_more(name: str, off_s: int) -> None:
    sender = BY_NAME[name]
    posted, now = sender.post(_body(sender)), NOW + timedelta(seconds=off_s)

    if abs(off_s) <= 300:
        assert sender.adapter.verify(posted, sender.source, now=now).received_at == now
    else:
        with pytest.raises(SignatureMismatch):
            sender.adapter.verify(posted, sender.source, now=now)


def test_an_ed25519_signature_is_taken_from_the_holder_of_the_private_key_only() -> None:

    private = Ed25519PrivateKey.generate()
    public = b"whpk_" + base64.b64encode(private.public_key().public_bytes_raw())
    source = Source(name="s", kind="standard", secrets=(b"whsec_" + base64.b64encode(b"x" * 24), public))
    seconds, body = str(int(NOW.timestamp())), b'{"a":1}'
    signature = base64.b64encode(private.sign(f"m1.{seconds}.".encode() + body)).decode()
    headers = {"webhook-id": "m1", "webhook-timestamp": seconds, "webhook-signature": f"v1,AAAA v1a,{signature}"}

    assert ADAPTERS["standard"].verify(RawWebhook(headers=headers, body=body), source, now=NOW).body == body
    for other in (RawWebhook(headers=headers, body=body + b" "), RawWebhook(headers=headers | {"webhook-id": "m2"}, body=body)):
        with pytest.raises(SignatureMismatch):
            ADAPTERS["standard"].verify(other, source, now=NOW)
    as_v1 = headers | {"webhook-signature": f"v1,{signature}"}
    with pytest.raises(SignatureMismatch):
        ADAPTERS["standard"].verify(RawWebhook(headers=as_v1, body=body), source, now=NOW)


@pytest.mark.parametrize("organisation", ["00D000000000001", "00D000000000001AAA"])
def test_an_organisation_is_known_by_its_first_fifteen_characters(organisation: str) -> None:
    sender = BY_NAME["salesforce"]
    body = _body(sender).replace(b"00D000000000001AAA", organisation.encode())

    assert sender.verified(body).source == "salesforce"
    with pytest.raises(SignatureMismatch):
        sender.verified(body.replace(organisation.encode(), b"00D000000000002AAA"))


def test_the_session_of_a_salesforce_user_is_never_kept() -> None:
    sender = BY_NAME["salesforce"]
    for session in (b"00Dxx!AQEAQFcanary", b"<![CDATA[00Dxx!AQEAQFcanary]]>"):
        stored = sender.verified(_body(sender).replace(b"00Dxx!AQEAQFcanary", session)).body

        assert b"AQEAQFcanary" not in stored
        assert b"SessionId" not in stored
