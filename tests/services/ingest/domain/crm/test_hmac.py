"""Signatures of any sender: where they are, how they are written, and what is signed."""

import base64
import hmac
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.crm.hmac import check_source, verify
from services.ingest.domain.webhook import RawWebhook, SignatureFormat, SignatureMismatch
from tests.services.ingest.senders.sender import NOW, ROTATED, SECRET, make_source, unix_s

BODY = b'{"id":"1","type":"call"}'
FIELDS = {"activity_id": "id", "kind": "type"}
SOURCE = replace(make_source("hmac", fields=FIELDS), signature=SignatureFormat(header="X-Signature"))
TIME = unix_s(NOW)


def digest(signed: bytes, *, secret: str = SECRET, algorithm: str = "sha256") -> bytes:
    return hmac.digest(secret.encode(), signed, algorithm)


def is_accepted(form: SignatureFormat, headers: dict[str, str], *, body: bytes = BODY, now: datetime = NOW) -> bool:
    try:
        webhook = verify(RawWebhook(headers=headers, body=body), replace(SOURCE, signature=form), now=now)
    except SignatureMismatch:
        return False
    assert webhook.body == body
    return True


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("prefix", ["", "sha256="])
@pytest.mark.parametrize("secret", [SECRET, ROTATED])
def test_a_signature_of_the_body_is_accepted_in_every_way_of_writing_it(
    algorithm: str, encoding: str, prefix: str, secret: str
) -> None:
    made = digest(BODY, secret=secret, algorithm=algorithm)
    written = made.hex() if encoding == "hex" else base64.b64encode(made).decode()
    form = SignatureFormat(header="X-Signature", algorithm=algorithm, encoding=encoding, prefix=prefix)

    assert is_accepted(form, {"x-signature": prefix + written})
    assert is_accepted(form, {"x-signature": f" {prefix}{written} "})
    assert not is_accepted(form, {"x-signature": prefix + written}, body=BODY + b" ")


@pytest.mark.parametrize("header", ["", "zz", "v1=", "%%%", "é", digest(b"something else").hex()])
def test_anything_else_is_refused(header: str) -> None:
    assert not is_accepted(SignatureFormat(header="X-Signature"), {"x-signature": header} if header else {})
    assert not is_accepted(SignatureFormat(header="X-Signature", encoding="base64"), {"x-signature": header})


def test_a_signature_with_a_character_that_base64_lacks_is_refused() -> None:
    form, written = SignatureFormat(header="X-Signature", encoding="base64"), base64.b64encode(digest(BODY)).decode()

    assert is_accepted(form, {"x-signature": written})
    assert not is_accepted(form, {"x-signature": f"{written[:4]}%{written[4:]}"})


def test_the_right_signature_after_another_prefix_is_refused() -> None:
    form = SignatureFormat(header="X-Signature", prefix="v1=")

    assert is_accepted(form, {"x-signature": f"v0=00,v1={digest(BODY).hex()}"})
    assert is_accepted(form, {"x-signature": f"v1=00, v1={digest(BODY).hex()}"})
    assert not is_accepted(form, {"x-signature": f"v0={digest(BODY).hex()}"})


@pytest.mark.parametrize("separator", [".", ":", ""])
def test_a_time_in_a_header_of_its_own_is_signed_with_the_body(separator: str) -> None:
    form = SignatureFormat(header="X-Signature", timestamp="X-Time", separator=separator)
    headers = {"x-signature": digest(f"{TIME}{separator}".encode() + BODY).hex(), "x-time": TIME}

    assert is_accepted(form, headers)
    assert not is_accepted(form, headers | {"x-time": str(int(TIME) + 1)})
    assert not is_accepted(form, {"x-signature": headers["x-signature"]})
    assert not is_accepted(form, {"x-signature": digest(BODY).hex(), "x-time": TIME})


def test_a_time_beside_the_signature_is_signed_with_the_body() -> None:
    form = SignatureFormat(header="X-Signature", prefix="v1=", timestamp="t=")
    signature = digest(f"{TIME}.".encode() + BODY).hex()

    assert is_accepted(form, {"x-signature": f"t={TIME},v1={signature}"})
    assert is_accepted(form, {"x-signature": f"v1={signature}, t={TIME}"})
    assert not is_accepted(form, {"x-signature": f"v1={signature}"})


@pytest.mark.parametrize(("off_s", "accepted"), [(60, True), (-60, True), (61, False), (-61, False)])
@pytest.mark.parametrize("units_per_s", [1, 1_000])
def test_a_time_is_accepted_within_the_tolerance_in_seconds_or_milliseconds(
    off_s: int, accepted: bool, units_per_s: int
) -> None:
    form = SignatureFormat(header="X-Signature", timestamp="X-Time", tolerance_s=60)
    timestamp = str((int(NOW.timestamp()) + off_s) * units_per_s)
    signature = digest(f"{timestamp}.".encode() + BODY).hex()

    assert is_accepted(form, {"x-signature": signature, "x-time": timestamp}) is accepted


@pytest.mark.parametrize(("timestamp", "unix_time"), [("99999999999", 99_999_999_999), ("100000000000", 100_000_000)])
def test_a_signed_time_of_eleven_digits_counts_seconds_and_one_of_twelve_milliseconds(timestamp: str, unix_time: int) -> None:
    form = SignatureFormat(header="X-Signature", timestamp="X-Time", tolerance_s=60)
    headers = {"x-signature": digest(f"{timestamp}.".encode() + BODY).hex(), "x-time": timestamp}

    assert is_accepted(form, headers, now=datetime.fromtimestamp(unix_time, UTC))


def test_at_most_sixteen_signatures_are_tried() -> None:
    form, right = SignatureFormat(header="X-Signature", prefix="v1="), f"v1={digest(BODY).hex()}"

    assert is_accepted(form, {"x-signature": ",".join(["v1=00"] * 15 + [right])})
    assert not is_accepted(form, {"x-signature": ",".join(["v1=00"] * 16 + [right])})


@pytest.mark.parametrize(
    ("headers", "query", "event"),
    [
        ({"x-event": "call.created"}, {}, "call.created"),
        ({"x-event-type": "call.updated"}, {"event": "ignored"}, "call.updated"),
        ({}, {"event": "call.deleted"}, "call.deleted"),
        ({}, {}, None),
    ],
)
def test_the_name_of_the_event_is_kept(headers: dict[str, str], query: dict[str, str], event: str | None) -> None:
    webhook = RawWebhook(headers={"x-signature": digest(BODY).hex(), **headers}, query=query, body=BODY)

    assert verify(webhook, SOURCE, now=NOW).headers.get("event") == event


def test_the_settings_must_say_how_it_is_signed_and_map_the_required_fields() -> None:
    assert check_source(SOURCE) is None
    assert check_source(replace(SOURCE, signature=None)) == "signature must say how a webhook is signed; at least its header"
    assert check_source(replace(SOURCE, fields={"kind": "type"})) == "fields must map activity_id"
    assert ADAPTERS["hmac"].check_source is check_source
