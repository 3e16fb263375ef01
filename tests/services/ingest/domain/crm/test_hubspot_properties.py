"""HubSpot: what object types, properties and their values mean."""

from typing import Final

import pytest

from services.ingest.domain.crm.hubspot import DEAL_STAGES, DIRECTIONS, KINDS, OUTCOMES, PROPERTIES
from services.ingest.domain.webhook import Source
from shared.fact_values import FactValue
from tests.services.ingest.senders.hubspot import make_event
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
    "hs_task_status": {
        "COMPLETED": "completed",
        "NOT_STARTED": "open",
        "WAITING": "open",
        "IN_PROGRESS": "open",
        "DEFERRED": "open",
    },
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
    "hs_createdate": ("1760000000000", "booked_at", "2025-10-09T08:53:20+00:00"),
    "hs_call_duration": ("1500", "duration_s", 1.5),
    "hs_call_direction": ("INBOUND", "direction", "inbound"),
    "hs_email_direction": ("EMAIL", "direction", "outbound"),
    "amount": ("1500.00", "amount", "1500.00"),
    "deal_currency_code": ("EUR", "currency", "EUR"),
}


def _facts(name: str, value: object, object_type: str = "0-48") -> dict[str, FactValue]:
    return observe(SOURCE, [make_event(object_type, name, value)]).facts


@pytest.mark.parametrize(
    ("name", "raw", "outcome"),
    [(name, raw, outcome) for name, outcomes in EXPECTED_OUTCOMES.items() for raw, outcome in outcomes.items()],
)
def test_a_value_of_an_outcome_property_is_an_outcome(name: str, raw: str, outcome: str) -> None:
    facts = _facts(name, raw)

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, raw)


@pytest.mark.parametrize("name", EXPECTED_OUTCOMES)
def test_an_unknown_value_is_another_outcome_and_an_empty_one_withdraws_it(name: str) -> None:
    not_done: dict[str, FactValue] = {"started_at": None} if name == "hs_task_status" else {}

    assert _facts(name, "unheard of") == {"outcome": "other", "outcome_raw": "unheard of"} | not_done
    assert _facts(name, "") == {"outcome": None, "outcome_raw": None} | not_done


@pytest.mark.parametrize(
    ("status", "started_at"), [("COMPLETED", "2025-10-09T08:53:20.123000+00:00"), ("NOT_STARTED", None), ("DEFERRED", None)]
)
def test_the_status_of_a_task_says_whether_and_when_it_is_done(status: str, started_at: str | None) -> None:
    assert _facts("hs_task_status", status, "0-27")["started_at"] == started_at


def test_a_call_and_a_meeting_are_dated_by_their_own_property_and_a_task_is_not() -> None:
    time = "1760000000000"

    assert _facts("hs_timestamp", time, "0-48") == _facts("hs_timestamp", time, "0-47")
    assert translate_json(SOURCE, [make_event("0-27", "hs_timestamp", time)]) == []


@pytest.mark.parametrize("name", EXPECTED_OUTCOMES)
def test_an_outcome_of_ours_means_itself(name: str) -> None:
    assert _facts(name, "rescheduled")["outcome"] == "rescheduled"


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES == OUTCOMES


@pytest.mark.parametrize(("object_type", "kind"), EXPECTED_KINDS.items())
def test_each_object_type_has_its_kind(object_type: str, kind: str) -> None:
    observation = observe(SOURCE, [make_event(object_type)])

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


@pytest.mark.parametrize(("stage", "kind"), [("closedwon", "deal_won"), ("closedlost", "deal_lost")])
def test_a_stage_is_the_result_of_a_deal(stage: str, kind: str) -> None:
    assert _facts("dealstage", stage, "0-3") == {
        "stage": stage,
        "kind": kind,
        "started_at": "2025-10-09T08:53:20.123000+00:00",
    }


@pytest.mark.parametrize(
    ("source", "stage_kind"),
    [
        (SOURCE, "deal_stage_changed"),
        (make_source("hubspot", kinds={"contractsent": "proposal_sent"}), "proposal_sent"),
        (make_source("hubspot", kinds={"offer": "proposal_sent"}, outcomes={"contractsent": "offer"}), "proposal_sent"),
    ],
)
def test_any_other_stage_is_entered_and_may_have_a_kind(source: Source, stage_kind: str) -> None:
    assert observe(source, [make_event("0-3", "dealstage", "contractsent")]).facts == {
        "stage": "contractsent",
        "kind": "deal_stage_changed",
        "stage_kind": stage_kind,
        "started_at": "2025-10-09T08:53:20.123000+00:00",
    }


@pytest.mark.parametrize("value", ["", None])
def test_an_emptied_stage_says_nothing(value: str | None) -> None:
    assert translate_json(SOURCE, [make_event("0-3", "dealstage", value)]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1760000000000", {"closed_at": "2025-10-09T08:53:20+00:00", "closed_on": None}),
        ("1759968000000", {"closed_at": None, "closed_on": "2025-10-09"}),
        ("2025-10-09T00:00:00Z", {"closed_at": None, "closed_on": "2025-10-09"}),
        ("2025-10-09T00:00:00+02:00", {"closed_at": "2025-10-08T22:00:00+00:00", "closed_on": None}),
        ("2025-10-09", {"closed_at": None, "closed_on": "2025-10-09"}),
        ("", {"closed_at": None, "closed_on": None}),
        (None, {"closed_at": None, "closed_on": None}),
    ],
)
def test_the_close_date_is_a_date_or_a_time_that_somebody_typed(text: str | None, expected: dict[str, FactValue]) -> None:
    assert _facts("closedate", text, "0-3") == expected


def test_the_close_date_of_anything_but_a_deal_is_ignored() -> None:
    assert translate_json(SOURCE, [make_event("0-48", "closedate", "2025-10-09")]) == []


@pytest.mark.parametrize(("text", "kind"), [("Product DEMO", "demo"), ("First meeting", "meeting"), ("", "meeting")])
def test_the_type_of_a_meeting_says_whether_it_is_a_demo(text: str, kind: str) -> None:
    assert _facts("hs_activity_type", text, "0-47") == {"kind": kind}


def test_the_type_of_a_meeting_can_have_a_kind_of_its_own() -> None:
    source = make_source("hubspot", kinds={"Offer talk": "proposal_sent"})

    assert observe(source, [make_event("0-47", "hs_activity_type", "Offer talk")]).facts == {"kind": "proposal_sent"}


def test_every_stage_is_expected() -> None:
    assert DEAL_STAGES.keys() == {"closedwon", "closedlost"}
