"""HubSpot: who is speaking, and what a property's new value says."""

import base64
import dataclasses
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.ingest.domain.crm.hubspot import HUBSPOT, signed_address
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Refused, SignatureMismatch, Source, VerifiedWebhook
from services.scoring.domain.activities.fact_states import Activity, FactStates, merge, read_activity
from shared.observation import Observation, observation_id

KEY = b"yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URL = "https://www.example.com/webhook_uri"
SOURCE = Source(name="hub", kind="hubspot", secrets=(b"another", KEY), public_url=URL)
ADAPTER = HUBSPOT
RECEIVED = datetime(2026, 1, 12, 9, tzinfo=UTC)
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
V1_BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation",'
    b'"attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
)
V1_SIGNATURE = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
V2_BODY = b'{"example_field":"example_value"}'
V2_SIGNATURE = "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
V3_BODY, V3_MS = b"{'example_field':'example_value'}", 1693657560000
V3_SIGNATURE = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _v3(body: bytes = V3_BODY, ms: int | str = V3_MS, signature: str = V3_SIGNATURE) -> RawWebhook:
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": str(ms)}
    return RawWebhook(headers=headers, body=body)


def _v2(body: bytes = V2_BODY, **changes: Any) -> RawWebhook:
    headers = {"x-hubspot-signature": V2_SIGNATURE, "x-hubspot-signature-version": "v2"}
    return RawWebhook(**{"headers": headers, "body": body} | changes)


def test_the_vendors_own_vectors_are_taken() -> None:
    v1 = {"x-hubspot-signature": V1_SIGNATURE, "x-hubspot-signature-version": "v1"}

    assert ADAPTER.verify(RawWebhook(headers=v1, body=V1_BODY), SOURCE, now=_at(0)).body == V1_BODY
    assert ADAPTER.verify(_v2(), SOURCE, now=_at(0)).body == V2_BODY
    assert ADAPTER.verify(_v3(), SOURCE, now=_at(V3_MS)).body == V3_BODY


def test_v2_covers_the_method_and_the_address_and_so_needs_to_know_it() -> None:
    elsewhere, nowhere = (dataclasses.replace(SOURCE, public_url=url) for url in (f"{URL}/", ""))

    for webhook, source in ((_v2(method="GET"), SOURCE), (_v2(), elsewhere), (_v2(), nowhere)):
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
    ],
)
def test_anything_else_is_not(webhook: RawWebhook) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(webhook, SOURCE, now=_at(V3_MS))


@pytest.mark.parametrize("off_s", [300, -300])
def test_five_minutes_past_or_future_are_taken_and_a_second_more_is_not(off_s: int) -> None:
    ADAPTER.verify(_v3(), SOURCE, now=_at(V3_MS) + timedelta(seconds=off_s))

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_v3(), SOURCE, now=_at(V3_MS) + timedelta(seconds=off_s * 1.01))


@pytest.mark.parametrize(("version", "body", "signature"), [("v1", V1_BODY, V1_SIGNATURE), ("v2", V2_BODY, V2_SIGNATURE)])
def test_a_good_older_signature_beside_a_bad_v3_does_not_open_the_door(version: str, body: bytes, signature: str) -> None:
    webhook = _v3(body=body, signature="AAAA")
    headers = {**webhook.headers, "x-hubspot-signature": signature, "x-hubspot-signature-version": version}

    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(RawWebhook(headers=headers, body=body), SOURCE, now=_at(V3_MS))


def test_exactly_twelve_escapes_are_decoded_in_the_address() -> None:
    escaped = "https://x.example/%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%20%25%26"

    assert signed_address(escaped) == "https://x.example/:/?@!$'()*,;%20%25%26"


def test_a_body_in_any_language_is_hashed_as_its_bytes() -> None:
    body = "Grüße, démo".encode()
    signature = base64.b64encode(hmac.digest(KEY, b"POST" + URL.encode() + body + str(V3_MS).encode(), hashlib.sha256))

    ADAPTER.verify(_v3(body=body, signature=signature.decode()), SOURCE, now=_at(V3_MS))


def _event(
    object_type: str = "0-48", name: str | None = None, value: Any = None, *, ms: int = 1760000000123, **changes: Any
) -> dict[str, Any]:
    event = {
        "eventId": 1,
        "portalId": 62515,
        "occurredAt": ms,
        "subscriptionType": "object.propertyChange" if name else "object.creation",
        "attemptNumber": 0,
        "objectId": 70001,
        "objectTypeId": object_type,
        "sourceId": "userId:1",
    }
    return event | ({"propertyName": name, "propertyValue": value} if name else {}) | changes


def _translated(*events: Any, source: Source = SOURCE) -> list[Observation | Refused]:
    body = json.dumps(list(events)).encode()
    return list(ADAPTER.translate(VerifiedWebhook(received_at=RECEIVED, source="hub", headers={}, body=body), source))


def _activity(*events: dict[str, Any], source: Source = SOURCE) -> Activity:
    """What the events come to, merged as scoring does."""
    states: FactStates = {}
    for observation in _translated(*events, source=source):
        assert isinstance(observation, Observation)
        states = merge(states, observation, observation_id("hub", observation))
    return read_activity(states)


CALL = [
    _event(),
    _event(name="hubspot_owner_id", value="882761034"),
    _event(name="hs_timestamp", value="1760000000000"),
    _event(name="hs_call_duration", value="185000", ms=1760000190000),
    _event(name="hs_call_disposition", value=CONNECTED, ms=1760000190000),
    _event(name="hs_call_direction", value="OUTBOUND"),
]


def test_a_call_comes_together_whatever_the_order_of_its_pieces() -> None:
    expected = _activity(*CALL)

    assert (expected.kind, expected.actor, expected.duration_s) == ("call", "882761034", 185.0)
    assert (expected.outcome, expected.direction, expected.started_at) == ("connected", "outbound", _at(1760000000000))
    for order in permutations(CALL):
        assert _activity(*order) == expected


def test_a_meeting_is_held_on_its_start_and_a_demo_by_its_type() -> None:
    meeting = _activity(
        _event("0-47", "hs_meeting_start_time", "2025-10-09T09:00:00Z"),
        _event("0-47", "hs_meeting_outcome", "COMPLETED", ms=1760000009000),
        _event("0-47", "hs_activity_type", "Product demo"),
        _event("0-47", "hubspot_owner_id", "7", ms=1760000019000),
    )

    assert (meeting.kind, meeting.outcome, meeting.actor) == ("demo", "held", "7")
    assert meeting.started_at == datetime(2025, 10, 9, 9, tzinfo=UTC)


def test_a_won_deal_stays_won_when_its_amount_changes_and_is_taken_back_when_it_is_reopened() -> None:
    won = [
        _event("0-3", "dealstage", "closedwon"),
        _event("0-3", "closedate", "1760000000000"),
        _event("0-3", "hubspot_owner_id", "7"),
        _event("0-3", "amount", "1500.00", ms=1760000900000),
    ]
    reopened = _event("0-3", "dealstage", "contractsent", ms=1760000950000)

    deal = _activity(*won)

    assert (deal.kind, deal.stage, str(deal.amount)) == ("deal_won", "closedwon", "1500.00")
    assert _activity(*reversed(won)) == deal
    assert _activity(*won, reopened).kind == "deal_stage_changed"


def test_the_classic_names_of_deal_events_are_understood_too() -> None:
    classic = _event(name="dealstage", value="closedlost", subscriptionType="deal.propertyChange", objectTypeId=None)

    assert _activity(classic).kind == "deal_lost"


def test_an_account_can_add_its_own_dispositions_and_pipelines() -> None:
    own = Source(name="hub", kind="hubspot", secrets=(KEY,), outcomes={"my-guid": "connected", "991": "closedwon"})

    assert _activity(_event(name="hs_call_disposition", value="my-guid"), source=own).outcome == "connected"
    assert _activity(_event(name="hs_call_disposition", value="unknown-guid"), source=own).outcome == "other"
    assert _activity(_event("0-3", "dealstage", "991"), source=own).kind == "deal_won"


def test_deletion_takes_back_and_restoring_brings_back() -> None:
    gone = _event(subscriptionType="object.deletion", ms=1760000200000)
    back = _event(subscriptionType="object.restore", ms=1760000300000)

    assert _activity(*CALL, gone).deleted
    assert not _activity(*CALL, gone, back).deleted


@pytest.mark.parametrize("new", [None, 3, 4])
@pytest.mark.parametrize("merged", [[1, 2], ["1", "2"], [1, 2, 3], [1, 2, 3, 4]])
def test_a_merge_ends_what_was_merged_and_never_what_it_was_merged_into(new: int | None, merged: list[int]) -> None:
    event = _event("0-3", subscriptionType="deal.merge", primaryObjectId=3, mergedObjectIds=merged, newObjectId=new, objectId=4)

    ended = [(one.activity_id, one.deleted) for one in _translated(event) if isinstance(one, Observation)]

    assert ended[:2] == [("0-3-1", True), ("0-3-2", True)]
    assert ("0-3-3", True) not in ended
    assert (("0-3-4", True) in ended) is (4 in merged and new != 4)


def test_what_is_no_activity_or_says_nothing_that_counts_is_passed_over() -> None:
    events = [
        _event("0-1", "email", "x@example.com"),
        _event(name="hs_call_title", value="a title"),
        _event(name="hs_call_duration", value="REDACTED", isSensitive=True),
        _event(subscriptionType="contact.privacyDeletion", objectTypeId=None),
        _event(subscriptionType="object.associationChange"),
    ]

    assert _translated(*events) == []


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (7, "not a JSON object"),
        (_event(objectId=None), "objectId: holds no id"),
        (_event(subscriptionType="object.merge", primaryObjectId=3), "mergedObjectIds: is no list of ids"),
        (_event(subscriptionType="object.merge", primaryObjectId=3, mergedObjectIds=[{}]), "mergedObjectIds: holds no id"),
        (_event(subscriptionType="object.merge", mergedObjectIds=[1]), "primaryObjectId: holds no id"),
        (_event(ms="soon"), "observed_at: not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00"),  # type: ignore[arg-type]
        (_event(name="hs_call_duration", value="long"), "facts.duration_s: must be a number of seconds from 0 to 2678400"),
        (_event("0-3", "amount", "a lot"), 'facts.amount: must be an exact decimal as text, such as "20000.00"'),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_and_its_neighbour_is_read(event: Any, problem: str) -> None:
    items = _translated(event, CALL[1])

    assert items[0] == Refused(item=0, problem=problem)
    assert isinstance(items[1], Observation)


@pytest.mark.parametrize("body", [b"", b"7", b"[" * 3_000, json.dumps([{}] * 1_001).encode()])
def test_a_body_that_is_no_batch_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        ADAPTER.translate(VerifiedWebhook(received_at=RECEIVED, source="hub", headers={}, body=body), SOURCE)


def test_a_retry_of_the_same_event_says_the_same_thing() -> None:
    (first,), (again,) = _translated(CALL[1]), _translated(CALL[1] | {"attemptNumber": 3})

    assert isinstance(first, Observation)
    assert isinstance(again, Observation)
    assert observation_id("hub", first) == observation_id("hub", again)
