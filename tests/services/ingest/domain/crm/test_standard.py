"""Standard Webhooks: who is speaking, and what is said."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from services.ingest.domain.crm.standard import STANDARD
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Refused, SignatureMismatch, Source, VerifiedWebhook
from shared.observation import Observation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET, OLD_SECRET = (f"whsec_{base64.b64encode(bytes([number]) * 24).decode()}" for number in (1, 2))
SOURCE = Source(name="acme", kind="standard", secrets=(SECRET.encode(), OLD_SECRET.encode()), account="eu")
OBSERVATION = {"activity_id": "a1", "kind": "call", "observed_at": "2026-03-02T10:00:00+01:00", "facts": {"actor": "7"}}
ADAPTER = STANDARD
RECEIVED = datetime(2026, 1, 12, 9, tzinfo=UTC)


def _signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET, name: str = "webhook") -> RawWebhook:
    headers = {
        f"{name}-id": "m1",
        f"{name}-timestamp": str(int(at.timestamp())),
        f"{name}-signature": Webhook(secret).sign("m1", at, body.decode("latin-1")),
    }
    return RawWebhook(headers=headers, body=body)


def _with(header: str, value: str) -> RawWebhook:
    signed = _signed(b"{}")
    return RawWebhook(headers={**signed.headers, header: value}, body=signed.body)


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
@pytest.mark.parametrize("name", ["webhook", "svix"])
def test_what_the_reference_library_signs_is_taken(secret: str, name: str) -> None:
    verified = ADAPTER.verify(_signed(b"{}", secret=secret, name=name), SOURCE, now=NOW)

    assert verified == VerifiedWebhook(received_at=NOW, source="acme", headers={f"{name}-id": "m1"}, body=b"{}")


@pytest.mark.parametrize("off_s", [-300, 300])
def test_a_time_five_minutes_off_is_taken_and_one_second_more_is_not(off_s: int) -> None:
    ADAPTER.verify(_signed(b"{}", at=NOW + timedelta(seconds=off_s)), SOURCE, now=NOW)

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_signed(b"{}", at=NOW + timedelta(seconds=off_s + off_s // 300)), SOURCE, now=NOW)


def test_one_good_signature_among_several_is_enough_but_not_behind_sixteen_bad_ones() -> None:
    good = _signed(b"{}").headers["webhook-signature"]
    bad = "v1," + base64.b64encode(b"x" * 32).decode()

    ADAPTER.verify(_with("webhook-signature", f"v2,zzz {bad} {good}"), SOURCE, now=NOW)
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_with("webhook-signature", " ".join([bad] * 16 + [good])), SOURCE, now=NOW)


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", "v1,a,b", "v1,====", "v1,ä", "v1a,AAAA", "  ", "v1," + "A" * 100_000, "v1,\x00", "v1,\udcff"]
)
def test_a_hostile_signature_is_a_mismatch_and_nothing_else(signature: str) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_with("webhook-signature", signature), SOURCE, now=NOW)


@pytest.mark.parametrize("timestamp", ["", "0", "-1", "nan", "inf", "1e30", "²", "9" * 40, "2026-03-02T09:00:00Z"])
def test_a_hostile_time_is_a_mismatch_and_nothing_else(timestamp: str) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_with("webhook-timestamp", timestamp), SOURCE, now=NOW)


@pytest.mark.parametrize("body", [b'{"a":2}', b'{"a":1}\n', b'{"a": 1}', b""])
def test_one_changed_byte_is_a_mismatch(body: bytes) -> None:
    signed = _signed(b'{"a":1}')

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(RawWebhook(headers=signed.headers, body=body), SOURCE, now=NOW)


def test_a_missing_header_is_a_mismatch() -> None:
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        headers = {key: value for key, value in _signed(b"{}").headers.items() if key != name}
        with pytest.raises(SignatureMismatch):
            ADAPTER.verify(RawWebhook(headers=headers, body=b"{}"), SOURCE, now=NOW)


def _translated(content: Any) -> list[Observation | Refused]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(ADAPTER.translate(VerifiedWebhook(received_at=RECEIVED, source="acme", headers={}, body=body), SOURCE))


def test_an_observation_is_read_bare_in_the_envelope_and_in_a_list() -> None:
    envelope = {"type": "activity.changed", "timestamp": "2026-03-02T09:00:00Z", "data": OBSERVATION}

    (bare,), (wrapped,), listed = _translated(OBSERVATION), _translated(envelope), _translated([OBSERVATION, envelope])

    assert isinstance(bare, Observation)
    assert (bare.activity_id, bare.account, bare.facts) == ("a1", "eu", {"actor": "7"})
    assert wrapped == bare
    assert listed == [bare, bare]


def test_an_item_that_makes_no_sense_does_not_spoil_its_neighbours() -> None:
    naive = OBSERVATION | {"observed_at": "2026-03-02T10:00:00"}
    ancient = OBSERVATION | {"facts": {"started_at": "0001-01-01T00:00:00Z"}}
    backwards = OBSERVATION | {"facts": {"duration_s": -1}}

    items = _translated([naive, OBSERVATION, ancient, backwards, 7])

    assert [type(item) for item in items] == [Refused, Observation, Refused, Refused, Refused]
    assert items[0] == Refused(item=0, problem="observed_at: has no offset from UTC; write one, such as +01:00 or Z")
    assert items[2] == Refused(item=2, problem="facts.started_at: lies outside the years 1990 to 2199")
    assert items[3] == Refused(item=3, problem="facts.duration_s: must be a number of seconds from 0 to 2678400")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 5_000, b"NaN", b'{"a":1}x', b'"\\ud800"'])
def test_a_body_that_is_no_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        _translated(body)


def test_more_items_than_a_body_may_hold_are_refused_together() -> None:
    with pytest.raises(BodyUnreadable):
        _translated([OBSERVATION] * 1_001)
