"""HubSpot: what events and property values mean."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any, Final

import pytest

from services.ingest.domain.crm.hubspot import DEAL_STAGES, DIRECTIONS, KINDS, OUTCOMES, PROPERTIES
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem, Source
from shared.observation import FactValue, Observation, SourceName, observation_id
from tests.services.ingest.merged_activities import Activity, merge_activity
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source("hubspot")
CONNECTED: Final = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
EXPECTED_OUTCOMES: Final = {
    "hs_call_disposition": {
        "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
        CONNECTED: "connected",
        "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left_message",
        "b2cf5968-551e-4856-9783-52b3da59a7d0": "left_voicemail",
        "73a0d17f-1163-4015-bdd5-ec830791da20": "no_answer",
        "17b47fee-58de-441e-a44c-c6300d46f273": "wrong_number",
    },
    "hs_meeting_outcome": {
        "SCHEDULED": "scheduled",
        "COMPLETED": "held",
        "RESCHEDULED": "rescheduled",
        "NO_SHOW": "no_show",
        "CANCELED": "canceled",
    },
    "hs_email_status": {
        "BOUNCED": "bounced",
        "FAILED": "failed",
        "SCHEDULED": "scheduled",
        "SENDING": "sending",
        "SENT": "sent",
    },
    "hs_task_status": {"COMPLETED": "completed", "NOT_STARTED": "open", "WAITING": "open", "IN_PROGRESS": "open"},
}
EXPECTED_KINDS: Final = {
    "0-3": "deal_stage_changed",
    "0-18": "message",
    "0-27": "task",
    "0-46": "note",
    "0-47": "meeting",
    "0-48": "call",
    "0-49": "email",
}
EXPECTED_DIRECTIONS: Final = {
    "INBOUND": "inbound",
    "OUTBOUND": "outbound",
    "EMAIL": "outbound",
    "FORWARDED_EMAIL": "outbound",
    "INCOMING_EMAIL": "inbound",
    "UNHEARD_OF": None,
}
EXPECTED_PROPERTIES: Final[dict[str, tuple[str, str, FactValue]]] = {
    "hubspot_owner_id": ("7", "actor", "7"),
    "hs_timestamp": ("1760000000000", "started_at", "2025-10-09T08:53:20+00:00"),
    "hs_meeting_start_time": ("2025-10-09T09:00:00Z", "started_at", "2025-10-09T09:00:00+00:00"),
    "closedate": ("1760000000000", "started_at", "2025-10-09T08:53:20+00:00"),
    "hs_call_duration": ("1500", "duration_s", 1.5),
    "hs_call_direction": ("INBOUND", "direction", "inbound"),
    "hs_email_direction": ("EMAIL", "direction", "outbound"),
    "amount": ("1500.00", "amount", "1500.00"),
    "deal_currency_code": ("EUR", "currency", "EUR"),
}


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _event(
    object_type: str | None = "0-48", name: str | None = None, value: Any = None, *, ms: object = 1760000000123, **changes: Any
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


def _activity(*events: dict[str, Any], source: Source = SOURCE) -> Activity:
    """The activity that the events come to."""
    return merge_activity(source.name, translate_json(source, list(events)))


def _facts(name: str, value: object, object_type: str = "0-48") -> dict[str, FactValue]:
    return observe(SOURCE, [_event(object_type, name, value)]).facts


@pytest.mark.parametrize(
    ("name", "raw", "outcome"),
    [(name, raw, outcome) for name, outcomes in EXPECTED_OUTCOMES.items() for raw, outcome in outcomes.items()],
)
def test_a_value_of_an_outcome_property_is_an_outcome(name: str, raw: str, outcome: str) -> None:
    assert _facts(name, raw) == {"outcome": outcome, "outcome_raw": raw}


@pytest.mark.parametrize("name", EXPECTED_OUTCOMES)
def test_an_unknown_value_is_another_outcome_and_an_empty_one_withdraws_it(name: str) -> None:
    assert _facts(name, "unheard of") == {"outcome": "other", "outcome_raw": "unheard of"}
    assert _facts(name, "") == {"outcome": None, "outcome_raw": None}


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES == OUTCOMES


@pytest.mark.parametrize(("object_type", "kind"), EXPECTED_KINDS.items())
def test_each_object_type_has_its_kind(object_type: str, kind: str) -> None:
    observation = observe(SOURCE, [_event(object_type)])

    assert (observation.kind, observation.activity_id, observation.account) == (kind, f"{object_type}-70001", "62515")


@pytest.mark.parametrize(("name", "expected"), EXPECTED_PROPERTIES.items())
def test_each_property_states_its_fact_and_withdraws_it_when_it_is_empty(
    name: str, expected: tuple[str, str, FactValue]
) -> None:
    text, fact, value = expected

    assert _facts(name, text) == {fact: value}
    assert _facts(name, "") == _facts(name, None) == {fact: None}


@pytest.mark.parametrize(("value", "direction"), EXPECTED_DIRECTIONS.items())
def test_a_direction_is_ours_or_withdrawn(value: str, direction: str | None) -> None:
    assert _facts("hs_email_direction", value) == {"direction": direction}


def test_every_kind_property_and_direction_is_expected() -> None:
    assert EXPECTED_KINDS == KINDS
    assert EXPECTED_PROPERTIES.keys() == PROPERTIES.keys()
    assert EXPECTED_DIRECTIONS.keys() - {"UNHEARD_OF"} == DIRECTIONS.keys()


@pytest.mark.parametrize(("milliseconds", "duration_s"), [("185000", 185.0), ("1", 0.001), ("185499", 185.499), ("0", 0.0)])
def test_a_duration_in_milliseconds_keeps_its_fraction(milliseconds: str, duration_s: float) -> None:
    assert _facts("hs_call_duration", milliseconds) == {"duration_s": duration_s}


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("closedwon", "deal_won"),
        ("closedlost", "deal_lost"),
        ("contractsent", "deal_stage_changed"),
        ("", "deal_stage_changed"),
    ],
)
def test_a_stage_is_the_result_of_a_deal(stage: str, kind: str) -> None:
    assert _facts("dealstage", stage, "0-3") == {"stage": stage or None, "kind": kind}


def test_every_stage_is_expected() -> None:
    assert DEAL_STAGES.keys() == {"closedwon", "closedlost"}


CALL: Final = [
    _event(),
    _event(name="hubspot_owner_id", value="882761034"),
    _event(name="hs_timestamp", value="1760000000000"),
    _event(name="hs_call_duration", value="185000", ms=1760000190000),
    _event(name="hs_call_disposition", value=CONNECTED, ms=1760000190000),
    _event(name="hs_call_direction", value="OUTBOUND"),
]


def test_the_events_of_a_call_come_to_one_activity_in_any_order() -> None:
    call = _activity(*CALL)

    assert (call.kind, call.actor, call.duration_s) == ("call", "882761034", 185.0)
    assert (call.outcome, call.direction, call.started_at) == ("connected", "outbound", _at(1760000000000))
    for order in permutations(CALL):
        assert _activity(*order) == call


def test_a_meeting_is_held_at_its_start_and_is_a_demo_by_its_type() -> None:
    meeting = _activity(
        _event("0-47", "hs_meeting_start_time", "2025-10-09T09:00:00Z"),
        _event("0-47", "hs_meeting_outcome", "COMPLETED", ms=1760000009000),
        _event("0-47", "hs_activity_type", "Product demo"),
        _event("0-47", "hubspot_owner_id", "7", ms=1760000019000),
    )

    assert (meeting.kind, meeting.outcome, meeting.actor) == ("demo", "held", "7")
    assert meeting.started_at == datetime(2025, 10, 9, 9, tzinfo=UTC)


def test_a_won_deal_stays_won_when_its_amount_changes_and_not_when_it_is_reopened() -> None:
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
    classic = _event(None, "dealstage", "closedlost", subscriptionType="deal.propertyChange")

    assert _activity(classic).kind == "deal_lost"


def test_an_account_can_add_its_own_dispositions_and_pipelines() -> None:
    own = Source(name=SourceName("hub"), kind="hubspot", secrets=(), outcomes={"my-guid": "connected", "991": "closedwon"})

    assert _activity(_event(name="hs_call_disposition", value="my-guid"), source=own).outcome == "connected"
    assert _activity(_event(name="hs_call_disposition", value="unknown-guid"), source=own).outcome == "other"
    assert _activity(_event("0-3", "dealstage", "991"), source=own).kind == "deal_won"


def test_a_deletion_deletes_and_a_restoration_restores() -> None:
    deleted = _event(subscriptionType="object.deletion", ms=1760000200000)
    restored = _event(subscriptionType="object.restore", ms=1760000300000)

    assert _activity(*CALL, deleted).deleted
    assert not _activity(*CALL, deleted, restored).deleted


@pytest.mark.parametrize("new", [None, 3, 4])
@pytest.mark.parametrize("merged", [[1, 2], ["1", "2"], [1, 2, 3], [1, 2, 3, 4]])
def test_a_merge_ends_the_merged_records_and_never_the_primary_one(new: int | None, merged: list[int]) -> None:
    event = _event("0-3", subscriptionType="deal.merge", primaryObjectId=3, mergedObjectIds=merged, newObjectId=new, objectId=4)

    ended = [(item.activity_id, item.deleted) for item in translate_json(SOURCE, [event]) if isinstance(item, Observation)]

    assert ended[:2] == [("0-3-1", True), ("0-3-2", True)]
    assert ("0-3-3", True) not in ended
    assert (("0-3-4", True) in ended) is (4 in merged and new != 4)


def test_an_event_that_states_no_fact_is_ignored() -> None:
    events = [
        _event("0-1", "email", "x@example.com"),
        _event(name="hs_call_title", value="a title"),
        _event(name="hs_call_duration", value="REDACTED", isSensitive=True),
        _event(None, subscriptionType="contact.privacyDeletion"),
        _event(subscriptionType="object.associationChange"),
    ]

    assert translate_json(SOURCE, events) == []


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (7, "not a JSON object"),
        (_event(objectId=None), "objectId: is not an id"),
        (_event(subscriptionType="object.merge", primaryObjectId=3), "mergedObjectIds: is not a list of ids"),
        (_event(subscriptionType="object.merge", primaryObjectId=3, mergedObjectIds=[{}]), "mergedObjectIds: is not an id"),
        (_event(subscriptionType="object.merge", mergedObjectIds=[1]), "primaryObjectId: is not an id"),
        (_event(ms="soon"), "observed_at: not a time in RFC 3339, such as 2026-01-12T09:00:00+01:00"),
        (_event(name="hs_call_duration", value="long"), "facts.duration_s: must be a number of seconds from 0 to 2678400"),
        (_event("0-3", "amount", "a lot"), 'facts.amount: must be an exact decimal as text, such as "20000.00"'),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_and_the_next_is_read(event: object, problem: str) -> None:
    items = translate_json(SOURCE, [event, CALL[1]])

    assert items[0] == RefusedItem(index=0, problem=problem)
    assert isinstance(items[1], Observation)


@pytest.mark.parametrize("content", [b"", 7, b"[" * 3_000, [{}] * 1_001])
def test_a_body_that_is_not_a_batch_is_unreadable(content: object) -> None:
    with pytest.raises(BodyUnreadable):
        translate_json(SOURCE, content)


def test_a_second_attempt_has_the_same_observation() -> None:
    first, second = observe(SOURCE, [CALL[1]]), observe(SOURCE, [CALL[1] | {"attemptNumber": 3}])

    assert observation_id(SOURCE.name, first) == observation_id(SOURCE.name, second)
