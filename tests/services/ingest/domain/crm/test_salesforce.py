"""Salesforce: what a record means."""

from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.salesforce import ADAPTER, DIRECTIONS, OUTCOMES, RECORD_READERS, SUBTYPES
from services.ingest.domain.webhook import RefusedItem
from shared.fact_values import FactValue
from shared.observation import Observation, UnreadableFact
from tests.services.ingest.senders import NOW
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source(
    "salesforce",
    account="00D000000000001AAA",
    kinds={"Product demo": "demo", "Proposal sent": "proposal_sent"},
    outcomes={"Reached decision maker": "connected"},
)
EXPECTED_OUTCOMES: Final = {
    "Connected": "connected",
    "Completed": "connected",
    "Contacted": "connected",
    "No Answer": "no_answer",
    "Busy": "busy",
    "Left Voicemail": "left_voicemail",
    "Voicemail": "left_voicemail",
    "Left Message": "left_message",
    "Wrong Number": "wrong_number",
    "Canceled": "canceled",
    "Cancelled": "canceled",
    "Reached decision maker": "connected",
    "Gatekeeper": "other",
}
EXPECTED_SUBTYPES: Final = {
    "Call": "call",
    "Email": "email",
    "ListEmail": "email",
    "LinkedIn": "message",
    "Cadence": "message",
    "Task": "task",
}
EXPECTED_DIRECTIONS: Final = {
    "Inbound": "inbound",
    "Outbound": "outbound",
    "Internal": None,
    "Callback": "outbound",
    "Unheard-of": None,
}
ENVELOPE: Final = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D000000000001AAA</OrganizationId>'
    "{notifications}</notifications></s:Body></s:Envelope>"
)
NOTIFICATION: Final = (
    '<Notification><Id>04l1</Id><sObject xsi:type="sf:{type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{fields}</sObject></Notification>'
)


def _body(record_type: str, **fields: str) -> bytes:
    record = {"Id": "00T1", "SystemModstamp": "2026-01-12T09:00:00Z"} | fields
    elements = "".join(f"<sf:{name}>{text}</sf:{name}>" for name, text in record.items())
    return ENVELOPE.format(notifications=NOTIFICATION.format(type=record_type, fields=elements)).encode()


def _record(record_type: str, **fields: str) -> Observation:
    return observe(SOURCE, _body(record_type, **fields))


@pytest.mark.parametrize(("result", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_call_result_is_an_outcome(result: str, outcome: str) -> None:
    facts = _record("Task", TaskSubtype="Call", CallDisposition=result).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, result)


def test_every_outcome_is_expected() -> None:
    assert {result.lower() for result in EXPECTED_OUTCOMES} - {"reached decision maker", "gatekeeper"} == OUTCOMES.keys()


@pytest.mark.parametrize(("subtype", "kind"), EXPECTED_SUBTYPES.items())
def test_the_subtype_of_a_task_is_its_kind(subtype: str, kind: str) -> None:
    assert _record("Task", TaskSubtype=subtype).kind == kind


def test_every_subtype_is_expected() -> None:
    assert {subtype.lower() for subtype in EXPECTED_SUBTYPES} - {"task"} == SUBTYPES.keys()


@pytest.mark.parametrize("name", ["CallType", "CallDurationInSeconds"])
def test_a_task_with_a_field_of_calls_is_a_call(name: str) -> None:
    assert _record("Task", **{name: "7"}).kind == "call"


@pytest.mark.parametrize(("call_type", "direction"), EXPECTED_DIRECTIONS.items())
def test_a_call_type_is_a_direction(call_type: str, direction: str | None) -> None:
    assert _record("VoiceCall", CallType=call_type).facts["direction"] == direction


def test_every_direction_is_expected() -> None:
    assert {call_type.lower() for call_type in EXPECTED_DIRECTIONS} - {"unheard-of"} == DIRECTIONS.keys()


@pytest.mark.parametrize(
    ("fields", "started_at"),
    [
        (
            {"CompletedDateTime": "2026-01-12T09:00:00Z", "ActivityDate": "2026-01-11"},
            {"started_at": "2026-01-12T09:00:00+00:00"},
        ),
        (
            {"ActivityDate": "2026-01-11", "CreatedDate": "2026-01-10T09:00:00Z"},
            {"started_at": None, "started_on": "2026-01-11"},
        ),
        (
            {"CompletedDateTime": "", "ActivityDate": "", "CreatedDate": "2026-01-10T09:00:00Z"},
            {"started_at": "2026-01-10T09:00:00+00:00"},
        ),
        ({}, {"started_at": None}),
    ],
)
def test_a_closed_task_counts_when_it_was_completed_or_on_its_date(
    fields: dict[str, str], started_at: dict[str, FactValue]
) -> None:
    assert _record("Task", **fields).facts == {"outcome": "completed"} | started_at


def test_a_mail_that_is_a_closed_task_was_sent() -> None:
    assert _record("Task", TaskSubtype="Email").facts["outcome"] == "sent"


def test_a_task_that_is_not_closed_has_neither_a_time_nor_an_outcome() -> None:
    facts = _record("Task", IsClosed="false", ActivityDate="2026-01-12").facts

    assert facts == {"started_at": None, "started_on": None, "outcome": None}


EVENT_TIMES: Final = {"StartDateTime": "2026-01-12T09:00:00Z", "ActivityDateTime": "2026-01-12T10:00:00Z"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (EVENT_TIMES | {"ActivityDate": "2026-01-11"}, {"started_at": "2026-01-12T09:00:00+00:00"}),
        (EVENT_TIMES | {"StartDateTime": ""}, {"started_at": "2026-01-12T10:00:00+00:00"}),
        (EVENT_TIMES | {"IsAllDayEvent": "false"}, {"started_at": "2026-01-12T09:00:00+00:00"}),
        ({"ActivityDate": "2026-01-11"}, {"started_at": None, "started_on": "2026-01-11"}),
        (
            {"StartDateTime": "2026-01-12T00:00:00.000Z", "IsAllDayEvent": "true"},
            {"started_at": None, "started_on": "2026-01-12"},
        ),
        ({"IsAllDayEvent": "true"}, {}),
        ({}, {}),
    ],
)
def test_an_event_counts_at_its_start_or_on_its_date_if_it_takes_all_day(
    fields: dict[str, str], expected: dict[str, FactValue]
) -> None:
    assert _record("Event", **fields).facts == expected


def test_an_event_was_booked_when_it_was_created() -> None:
    assert _record("Event", CreatedDate="2026-01-10T09:00:00.000+0000").facts == {"booked_at": "2026-01-10T09:00:00+00:00"}


@pytest.mark.parametrize(("event_type", "kind"), [("Product demo", "demo"), ("Lunch", "meeting")])
def test_an_event_is_a_meeting_unless_its_type_has_a_kind(event_type: str, kind: str) -> None:
    event = _record("Event", Type=event_type, StartDateTime="2026-01-12T09:00:00Z", DurationInMinutes="45")

    assert (event.kind, event.facts["duration_s"]) == (kind, 2_700)


MOVED: Final = {"LastStageChangeDate": "2026-01-12T08:00:00Z"}
TYPED: Final = {"CloseDate": "2026-01-11"}


@pytest.mark.parametrize(("is_won", "kind"), [("true", "deal_won"), ("false", "deal_lost")])
@pytest.mark.parametrize(
    ("fields", "started_at"),
    [
        (MOVED | TYPED, "2026-01-12T08:00:00+00:00"),
        (TYPED, "2026-01-12T09:00:00+00:00"),
        ({"LastStageChangeDate": "", "LastModifiedDate": "2026-01-12T10:00:00Z"} | TYPED, "2026-01-12T09:00:00+00:00"),
        (
            {"SystemModstamp": "", "LastModifiedDate": "2026-01-12T10:00:00Z"} | TYPED,
            "2026-01-12T10:00:00+00:00",
        ),
        ({"SystemModstamp": ""} | TYPED, None),
    ],
)
def test_a_closed_opportunity_counts_when_its_stage_changed_or_with_its_own_change(
    is_won: str, kind: str, fields: dict[str, str], started_at: str | None
) -> None:
    deal = _record("Opportunity", IsClosed="true", IsWon=is_won, **fields)

    assert (deal.kind, deal.facts["kind"]) == ("deal_stage_changed", kind)
    assert (deal.facts["started_at"], deal.facts["closed_on"]) == (started_at, "2026-01-11")


@pytest.mark.parametrize("is_closed", [{"IsClosed": "false"}, {}])
@pytest.mark.parametrize(("stage", "stage_kind"), [("Proposal sent", "proposal_sent"), ("Negotiation", "deal_stage_changed")])
def test_an_open_opportunity_has_entered_its_stage_and_is_closed_at_no_time(
    is_closed: dict[str, str], stage: str, stage_kind: str
) -> None:
    deal = _record("Opportunity", StageName=stage, **MOVED, **TYPED, **is_closed)

    assert deal.facts == {
        "stage": stage,
        "kind": "deal_stage_changed",
        "stage_kind": stage_kind,
        "started_at": "2026-01-12T08:00:00+00:00",
    }


def test_a_closed_opportunity_does_not_say_when_it_entered_an_earlier_stage() -> None:
    facts = _record("Opportunity", StageName="Signed", IsClosed="true", IsWon="true", **MOVED).facts

    assert facts == {"stage": "Signed", "kind": "deal_won", "started_at": "2026-01-12T08:00:00+00:00"}


@pytest.mark.parametrize(
    ("fields", "observed_at"),
    [
        ({"SystemModstamp": "2026-01-12T09:00:00Z", "LastModifiedDate": "2026-01-11T09:00:00Z"}, "2026-01-12T09:00:00+00:00"),
        ({"SystemModstamp": "", "LastModifiedDate": "2026-01-11T09:00:00Z"}, "2026-01-11T09:00:00+00:00"),
        ({"SystemModstamp": ""}, NOW.isoformat()),
    ],
)
def test_a_record_is_as_of_its_last_change_or_else_its_arrival(fields: dict[str, str], observed_at: str) -> None:
    assert _record("Task", **fields).observed_at.isoformat() == observed_at


@pytest.mark.parametrize(("text", "deleted"), [("true", True), ("false", False)])
def test_a_record_says_whether_it_is_deleted(text: str, deleted: bool) -> None:
    assert _record("Task", IsDeleted=text).deleted is deleted


def test_a_field_that_is_empty_is_withdrawn_and_a_missing_one_is_not() -> None:
    fields = dict.fromkeys(("OwnerId", "StageName", "Amount", "CurrencyIsoCode"), "")

    assert _record("Opportunity", **fields).facts == {"actor": None, "amount": None, "currency": None}
    assert _record("Opportunity").facts == {}


@pytest.mark.parametrize("name", ["CallDurationInSeconds", "DurationInMinutes"])
def test_a_duration_that_is_not_a_number_is_left_out(name: str) -> None:
    record_type = "VoiceCall" if name == "CallDurationInSeconds" else "Event"

    observation, unreadable = translate_json(SOURCE, _body(record_type, OwnerId="7", **{name: "long"}))

    assert isinstance(observation, Observation)
    assert observation.facts == {"actor": "7"}
    assert unreadable == UnreadableFact(name="duration_s", problem="must be a number of seconds from 0 to 2678400")


def test_a_notification_without_a_record_is_refused() -> None:
    body = ENVELOPE.format(notifications="<Notification><Id>04l1</Id></Notification>").encode()

    assert translate_json(SOURCE, body) == [RefusedItem(index=0, problem="sObject: is missing")]


def test_a_notification_is_identified_by_its_id() -> None:
    assert (
        ADAPTER.identify({"id": "04l1", "record": {}}) == ADAPTER.identify({"id": "04l1"}) != ADAPTER.identify({"id": "04l2"})
    )


def test_a_comment_does_not_split_the_text_around_it() -> None:
    assert _record("Task", TaskSubtype="Call", CallDisposition="Bu<!-- not -->sy").facts["outcome"] == "busy"


def test_any_other_object_is_ignored() -> None:
    assert RECORD_READERS.keys() == {"Task", "Event", "VoiceCall", "Opportunity"}
    assert translate_json(SOURCE, _body("Lead")) == []


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(window_s=86_400)
