"""Standard Webhooks: which signatures are accepted, and how the data is found."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.standard import ADAPTER, key_of
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, RefusedItem, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import Observation, SourceName, UnreadableFact
from tests.services.ingest.senders.sender import observe, translate_json

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET, OLD_SECRET = (f"whsec_{base64.b64encode(bytes([number]) * 24).decode()}" for number in (1, 2))
SOURCE: Final = Source(name=SourceName("acme"), kind="standard", secrets=(SECRET.encode(), OLD_SECRET.encode()), account="eu")
OBSERVATION: Final = {
    "activity_id": "a1",
    "kind": "call",
    "observed_at": "2026-03-02T10:00:00+01:00",
    "facts": {"actor": "7"},
}


def _signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET, prefix: str = "webhook") -> RawWebhook:
    headers = {
        f"{prefix}-id": "m1",
        f"{prefix}-timestamp": str(int(at.timestamp())),
        f"{prefix}-signature": Webhook(secret).sign("m1", at, body.decode("latin-1")),
    }
    return RawWebhook(headers=headers, body=body)


def _with_header(name: str, value: str) -> RawWebhook:
    signed = _signed(b"{}")
    return replace(signed, headers={**signed.headers, name: value})


def _verify(webhook: RawWebhook) -> VerifiedWebhook:
    return ADAPTER.verify(webhook, SOURCE, now=NOW)


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
@pytest.mark.parametrize("prefix", ["webhook", "svix"])
def test_a_signature_of_the_reference_library_is_accepted(secret: str, prefix: str) -> None:
    verified = _verify(_signed(b"{}", secret=secret, prefix=prefix))

    assert verified == VerifiedWebhook(received_at=NOW, source=SOURCE.name, headers={f"{prefix}-id": "m1"}, body=b"{}")


@pytest.mark.parametrize("off_s", [-300, 300])
def test_a_time_five_minutes_off_is_accepted_and_one_second_more_is_not(off_s: int) -> None:
    _verify(_signed(b"{}", at=NOW + timedelta(seconds=off_s)))

    with pytest.raises(SignatureMismatch):
        _verify(_signed(b"{}", at=NOW + timedelta(seconds=off_s + off_s // 300)))


@pytest.mark.parametrize(("wrong", "is_accepted"), [(15, True), (16, False)])
def test_one_right_signature_among_the_first_sixteen_is_enough(wrong: int, is_accepted: bool) -> None:
    right = _signed(b"{}").headers["webhook-signature"]
    other = "v1," + base64.b64encode(b"x" * 32).decode()
    webhook = _with_header("webhook-signature", " ".join([other] * wrong + [right]))

    if is_accepted:
        assert _verify(webhook).body == b"{}"
    else:
        with pytest.raises(SignatureMismatch):
            _verify(webhook)


def test_signatures_of_unknown_versions_are_skipped() -> None:
    right = _signed(b"{}").headers["webhook-signature"]

    assert _verify(_with_header("webhook-signature", f"v2,zzz {right}")).body == b"{}"


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", "v1,a,b", "v1,====", "v1,ä", "v1a,AAAA", "  ", "v1," + "A" * 100_000, "v1,\x00", "v1,\udcff"]
)
def test_a_hostile_signature_is_a_mismatch_and_nothing_else(signature: str) -> None:
    with pytest.raises(SignatureMismatch):
        _verify(_with_header("webhook-signature", signature))


@pytest.mark.parametrize("timestamp", ["", "0", "-1", "nan", "inf", "1e30", "²", "9" * 40, "2026-03-02T09:00:00Z"])
def test_a_hostile_time_is_a_mismatch_and_nothing_else(timestamp: str) -> None:
    with pytest.raises(SignatureMismatch):
        _verify(_with_header("webhook-timestamp", timestamp))


@pytest.mark.parametrize("body", [b'{"a":2}', b'{"a":1}\n', b'{"a": 1}', b""])
def test_one_changed_byte_is_a_mismatch(body: bytes) -> None:
    with pytest.raises(SignatureMismatch):
        _verify(replace(_signed(b'{"a":1}'), body=body))


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_a_mismatch(missing: str) -> None:
    signed = _signed(b"{}")
    headers = {name: value for name, value in signed.headers.items() if name != missing}

    with pytest.raises(SignatureMismatch):
        _verify(replace(signed, headers=headers))


def test_a_signature_of_an_empty_id_is_a_mismatch() -> None:
    signature = Webhook(SECRET).sign("", NOW, "{}")
    headers = {"webhook-id": "", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": signature}

    with pytest.raises(SignatureMismatch):
        _verify(RawWebhook(headers=headers, body=b"{}"))


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (b"whsec_AAEC", bytes([0, 1, 2])),
        (b"AAEC", bytes([0, 1, 2])),
        (b"whsec_AA!EC", b"whsec_AA!EC"),
        (b"AAECA", b"AAECA"),
        (b"\xff", b"\xff"),
    ],
)
def test_a_secret_is_base64_or_else_the_key_itself(secret: bytes, key: bytes) -> None:
    assert key_of(secret) == key


def test_an_ed25519_signature_is_accepted_from_the_holder_of_the_private_key_only() -> None:
    private = Ed25519PrivateKey.generate()
    public = b"whpk_" + base64.b64encode(private.public_key().public_bytes_raw())
    source = replace(SOURCE, secrets=(SECRET.encode(), public))
    timestamp, body = str(int(NOW.timestamp())), b'{"a":1}'
    signature = base64.b64encode(private.sign(f"m1.{timestamp}.".encode() + body)).decode()
    headers = {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": f"v1,AAAA v1a,{signature}"}
    webhook = RawWebhook(headers=headers, body=body)

    assert ADAPTER.verify(webhook, source, now=NOW).body == body
    for wrong in (
        replace(webhook, body=body + b" "),
        replace(webhook, headers=headers | {"webhook-id": "m2"}),
        replace(webhook, headers=headers | {"webhook-signature": f"v1,{signature}"}),
    ):
        with pytest.raises(SignatureMismatch):
            ADAPTER.verify(wrong, source, now=NOW)
    for secret in (public[:20] + b"!" + public[20:], b"whpk_====", b"whpk_AAAA"):
        with pytest.raises(SignatureMismatch):
            ADAPTER.verify(webhook, replace(source, secrets=(secret,)), now=NOW)


def test_an_observation_is_read_bare_in_the_envelope_and_in_an_array() -> None:
    envelope = {"type": "activity.changed", "timestamp": "2026-03-02T09:00:00Z", "data": OBSERVATION}

    bare, wrapped = observe(SOURCE, OBSERVATION), observe(SOURCE, envelope)
    without_time = observe(SOURCE, {"type": "activity.changed", "data": OBSERVATION})

    assert (bare.activity_id, bare.account, bare.facts) == ("a1", "eu", {"actor": "7"})
    assert wrapped == without_time == bare
    assert translate_json(SOURCE, [OBSERVATION, envelope]) == [bare, bare]


def test_an_item_that_makes_no_sense_does_not_affect_the_others() -> None:
    naive = OBSERVATION | {"observed_at": "2026-03-02T10:00:00"}

    items = translate_json(SOURCE, [naive, OBSERVATION, 7])

    assert [type(item) for item in items] == [RefusedItem, Observation, RefusedItem]
    assert items[0] == RefusedItem(index=0, problem="observed_at: has no offset from UTC; write one, such as +01:00 or Z")
    assert items[2] == RefusedItem(index=2, problem="not a JSON object")


def test_a_fact_that_makes_no_sense_is_left_out_of_its_observation() -> None:
    facts = {"actor": "7", "started_at": "0001-01-01T00:00:00Z", "duration_s": -1, "outcome": ""}

    observation, *unreadable = translate_json(SOURCE, OBSERVATION | {"facts": facts})

    assert isinstance(observation, Observation)
    assert observation.facts == {"actor": "7", "outcome": None}
    assert unreadable == [
        UnreadableFact(name="started_at", problem="lies outside the years 1990 to 2199"),
        UnreadableFact(name="duration_s", problem="must be a number of seconds from 0 to 2678400"),
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5_000, b"NaN", b'{"a":1}x'])
def test_a_body_that_is_not_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        translate_json(SOURCE, body)


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=15, attempts_max=9, window_s=259_200)
