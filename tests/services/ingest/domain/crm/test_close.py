"""Close: who is speaking, and what a record says."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from services.ingest.domain.crm.close import CLOSE
from services.ingest.domain.webhook import BodyUnreadable, RawWebhook, Refused, SignatureMismatch, Source, VerifiedWebhook
from services.scoring.domain.activities.fact_states import Activity, FactStates, merge, read_activity
from shared.observation import Observation, observation_id

KEY = b"b9260244ef33625f9b4b26a27db08758cdd39478b852c73f2d33ab042eb8abb4"
SOURCE = Source(name="close", kind="close", secrets=(b"00ff", KEY), outcomes={"outcome_demo": "held"})
ADAPTER = CLOSE
RECEIVED = datetime(2026, 1, 12, 9, tzinfo=UTC)
BODY = (
    b'{"event": {"id": "ev_4YUAT9G7PQNYEX0V7HpiZa", "date_created": "2019-01-01T13:33:00.842000", "data": {"object_type": '
    b'"activity.note", "action": "created", "note": "test content"}}, "subscription_id": "whsub_mBTylJxRXaBOXcuQmgUdmL"}'
)
HASH, TIME_S = "e6cf27a55de463dc46d8b5c16d2afe74d766e8f0c9892422c93573521cd377ed", 1557751596


def _signed(body: bytes = BODY, digest: str = HASH, time: int | str = TIME_S) -> RawWebhook:
    return RawWebhook(headers={"close-sig-hash": digest, "close-sig-timestamp": str(time)}, body=body)


def _now(off_s: int = 0) -> datetime:
    return datetime.fromtimestamp(TIME_S, UTC) + timedelta(seconds=off_s)


@pytest.mark.parametrize("off_s", [-300, 0, 300])
def test_a_published_vector_is_taken_within_five_minutes(off_s: int) -> None:
    assert ADAPTER.verify(_signed(), SOURCE, now=_now(off_s)).body == BODY


@pytest.mark.parametrize(
    "webhook",
    [
        _signed(body=BODY + b"\n"),
        _signed(digest=HASH[:-1] + "e"),
        _signed(digest=""),
        _signed(digest="ä"),
        _signed(time=TIME_S + 1),
        _signed(time="nan"),
        RawWebhook(headers={}, body=BODY),
    ],
)
def test_anything_else_is_not(webhook: RawWebhook) -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(webhook, SOURCE, now=_now())


def test_an_old_time_is_not() -> None:
    with pytest.raises(SignatureMismatch):
        ADAPTER.verify(_signed(), SOURCE, now=_now(301))


def _translated(event: Any) -> list[Observation | Refused]:
    body = json.dumps({"event": event, "subscription_id": "whsub_1"}).encode()
    return list(ADAPTER.translate(VerifiedWebhook(received_at=RECEIVED, source="close", headers={}, body=body), SOURCE))


def _event(object_type: str, action: str, minute: int, data: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"ev_{minute}",
        "object_type": object_type,
        "object_id": "acti_1",
        "action": action,
        "organization_id": "orga_1",
        "date_created": f"2025-10-09T08:{minute:02}:00.000000",
        "date_updated": f"2025-10-09T08:{minute:02}:00.000000",
        "changed_fields": [],
        "data": data,
    } | changes


def _activity(*events: dict[str, Any]) -> Activity:
    states: FactStates = {}
    for event in events:
        for one in _translated(event):
            assert isinstance(one, Observation)
            states = merge(states, one, observation_id("close", one))
    return read_activity(states)


BEGUN = {"user_id": "user_1", "direction": "outbound", "status": "in-progress", "activity_at": "2025-10-09T08:50:18+00:00"}
DONE = BEGUN | {"status": "completed", "disposition": "answered", "duration": 182}
CALL = [
    _event("activity.call", "created", 50, BEGUN),
    _event("activity.call", "completed", 53, DONE),
    _event("activity.call", "updated", 55, DONE | {"note": "changed"}),
]


def test_a_call_ends_as_one_activity_whatever_the_order() -> None:
    call = _activity(*CALL)

    assert (call.kind, call.actor, call.outcome, call.direction) == ("call", "user_1", "connected", "outbound")
    assert (call.duration_s, call.started_at) == (182.0, datetime(2025, 10, 9, 8, 50, 18, tzinfo=UTC))
    for order in permutations(CALL):
        assert _activity(*order, *order) == call


def test_a_meeting_is_held_and_an_outcome_of_the_account_goes_before_its_status() -> None:
    meeting = {"user_id": "user_1", "starts_at": "2025-10-09T09:00:00+00:00", "status": "completed", "duration": 1800}

    assert _activity(_event("activity.meeting", "completed", 1, meeting)).outcome == "held"
    own = meeting | {"status": "canceled", "outcome_id": "outcome_demo"}
    assert _activity(_event("activity.meeting", "completed", 1, own)).outcome == "held"
    other = meeting | {"outcome_id": "outcome_unknown"}
    assert _activity(_event("activity.meeting", "completed", 1, other)).outcome == "held"


def test_a_won_deal_is_dated_by_the_moment_it_was_won_and_its_cents_are_exact() -> None:
    deal = {"user_id": "user_1", "status_type": "active", "status_label": "Offer", "value": 100_001, "value_currency": "USD"}
    won = deal | {"status_type": "won", "status_label": "Won"}
    events = [
        _event("opportunity", "created", 1, deal),
        _event("opportunity", "updated", 5, won, changed_fields=["status_type", "date_won"]),
        _event("opportunity", "updated", 9, won | {"value": 250_000}, changed_fields=["value"]),
    ]

    found = _activity(*events)

    assert (found.kind, found.stage, str(found.amount), found.currency) == ("deal_won", "Won", "2500.00", "USD")
    assert found.started_at == datetime(2025, 10, 9, 8, 5, tzinfo=UTC)
    assert str(_activity(*events[:2]).amount) == "1000.01"
    for order in permutations(events):
        assert _activity(*order) == found


def test_a_deletion_takes_back_and_needs_no_record() -> None:
    assert _activity(*CALL, _event("activity.call", "deleted", 59, None)).deleted


def test_what_is_no_activity_is_passed_over() -> None:
    assert _translated(_event("lead", "updated", 1, {"name": "x"})) == []


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (_event("activity.call", "updated", 1, None), "event.data: is missing"),
        (_event("activity.call", "updated", 1, BEGUN, object_id=""), "activity_id: must be text and not empty"),
        (
            _event("activity.call", "updated", 1, DONE | {"duration": -1}),
            "facts.duration_s: must be a number of seconds from 0 to 2678400",
        ),
        (
            _event("activity.call", "updated", 1, BEGUN, date_updated="yesterday"),
            "observed_at: not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00",
        ),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_why(event: dict[str, Any], problem: str) -> None:
    assert _translated(event) == [Refused(item=0, problem=problem)]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": 7}'])
def test_a_body_without_an_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        ADAPTER.translate(VerifiedWebhook(received_at=RECEIVED, source="close", headers={}, body=body), SOURCE)
