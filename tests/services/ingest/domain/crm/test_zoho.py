"""Zoho CRM: what its modules, results and stages mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from services.ingest.domain.crm.zoho import ADAPTER, DEAL_STAGES, DIRECTIONS, KINDS, OUTCOME_FIELDS, OUTCOMES
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem
from shared.fact_values import FactValue
from shared.observation import Observation
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source(
    "zoho", account="acme", kinds={"Visits": "meeting", "Signed": "deal_won"}, outcomes={"Reached": "connected"}
)
EXPECTED_OUTCOMES: Final = {
    "Completed": ("completed", "connected"),
    "Connected": ("connected", "connected"),
    "Interested": ("connected", "connected"),
    "Not interested": ("connected", "connected"),
    "Requested more info": ("connected", "connected"),
    "Requested call back": ("connected", "connected"),
    "No response/Busy": ("no_answer", "no_answer"),
    "No answer": ("no_answer", "no_answer"),
    "Busy": ("busy", "busy"),
    "Invalid number": ("wrong_number", "wrong_number"),
    "Missed": ("no_answer", "no_answer"),
    "Scheduled": ("scheduled", "scheduled"),
    "Overdue": ("scheduled", "scheduled"),
    "Cancelled": ("canceled", "canceled"),
    "Canceled": ("canceled", "canceled"),
    "Visited": ("held", "held"),
    "Held": ("held", "held"),
    "Planned": ("scheduled", "scheduled"),
    "Not Started": ("open", "open"),
    "In Progress": ("open", "open"),
    "Reached": ("connected", "connected"),
    "Deferred": ("open", "open"),
    "Waiting for input": ("open", "open"),
    "Waiting on someone else": ("open", "open"),
    "Voicemail": ("other", "other"),
}
EXPECTED_KINDS: Final = {
    "Calls": "call",
    "Events": "meeting",
    "Tasks": "task",
    "Notes": "note",
    "Deals": "deal_stage_changed",
    "Visits": "meeting",
}
EXPECTED_STAGES: Final = {
    "Closed Won": "deal_won",
    "Closed Lost": "deal_lost",
    "Closed-Lost to Competition": "deal_lost",
    "Signed": "deal_won",
    "Negotiation": "deal_stage_changed",
}

NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


def _body(module: str, values: Mapping[str, object] = NO_VALUES, *, operation: str = "update") -> dict[str, object]:
    return {
        "module": module,
        "operation": operation,
        "server_time": 1768208400000,
        "channel_id": 1,
        "ids": ["1"],
        "affected_values": [{"record_id": "1", "values": dict(values)}],
    }


def _facts(module: str, values: Mapping[str, object]) -> dict[str, FactValue]:
    return observe(SOURCE, _body(module, values)).facts


@pytest.mark.parametrize(("result", "expected"), EXPECTED_OUTCOMES.items())
def test_a_result_is_an_outcome_and_a_completed_call_was_connected(result: str, expected: tuple[str, str]) -> None:
    task, call = _facts("Tasks", {"Status": result}), _facts("Calls", {"Call_Result": result})

    assert (task["outcome"], call["outcome"]) == expected
    assert task["outcome_raw"] == call["outcome_raw"] == result


def test_every_outcome_is_expected() -> None:
    assert {result.lower() for result in EXPECTED_OUTCOMES} - {"reached", "voicemail"} == OUTCOMES.keys()


@pytest.mark.parametrize("index", range(len(OUTCOME_FIELDS)))
def test_the_first_field_with_a_result_counts(index: int) -> None:
    later = dict.fromkeys(OUTCOME_FIELDS[index + 1 :], "Busy")

    assert _facts("Calls", {**later, OUTCOME_FIELDS[index]: "Held"})["outcome"] == "held"


def test_the_fields_of_results_are_in_order_of_precedence() -> None:
    assert OUTCOME_FIELDS == (
        "Call_Result", "Outgoing_Call_Status", "Call_Status", "Check_In_Status", "Event_Status", "Status",
    )  # fmt: skip


@pytest.mark.parametrize(("module", "kind"), EXPECTED_KINDS.items())
def test_each_module_has_its_kind(module: str, kind: str) -> None:
    observation = observe(SOURCE, _body(module))

    assert (observation.kind, observation.activity_id, observation.account) == (kind, f"{module}-1", "acme")


def test_every_kind_is_expected() -> None:
    assert EXPECTED_KINDS.keys() - {"Visits"} == KINDS.keys()
    assert translate_json(SOURCE, _body("Leads")) == []


@pytest.mark.parametrize(("stage", "kind"), EXPECTED_STAGES.items())
def test_a_stage_is_the_result_of_a_deal_as_of_the_notification(stage: str, kind: str) -> None:
    facts = _facts("Deals", {"Stage": stage})

    entered = {"stage_kind": kind} if kind == "deal_stage_changed" else {}
    assert facts == {"stage": stage, "kind": kind, "started_at": "2026-01-12T09:00:00+00:00"} | entered


@pytest.mark.parametrize(
    ("values", "closed_on"),
    [
        ({"Closing_Date": "2026-01-11"}, "2026-01-11"),
        ({"Closing_Date": "2026-01-11", "Stage": "Closed Won"}, "2026-01-11"),
        ({"Closing_Date": "2026-01-11", "Stage": "Negotiation"}, "2026-01-11"),
        ({"Closing_Date": None}, None),
    ],
)
def test_the_closing_date_is_a_date_that_somebody_typed(values: dict[str, object], closed_on: str | None) -> None:
    facts = _facts("Deals", values)

    assert (facts["closed_on"], facts.get("started_on")) == (closed_on, None)
    assert "closed_on" not in _facts("Deals", {"Stage": "Closed Won"})


@pytest.mark.parametrize(("module", "is_booking"), [("Events", True), ("Visits", True), ("Calls", False), ("Tasks", False)])
def test_only_a_meeting_is_booked_when_it_is_created(module: str, is_booking: bool) -> None:
    created = _facts(module, {"Created_Time": "2026-01-10T09:00:00+01:00"})

    assert created == ({"booked_at": "2026-01-10T08:00:00+00:00"} if is_booking else {})
    assert _facts(module, {"Created_Time": None}) == {}


@pytest.mark.parametrize(
    ("module", "operation", "booked_at"),
    [("Events", "insert", "2026-01-12T09:00:00+00:00"), ("Events", "update", None), ("Calls", "insert", None)],
)
def test_a_meeting_of_which_only_the_id_is_sent_was_booked_when_it_was_created(
    module: str, operation: str, booked_at: str | None
) -> None:
    assert observe(SOURCE, _body(module, operation=operation)).facts.get("booked_at") == booked_at


@pytest.mark.parametrize(
    ("values", "started_at"),
    [
        ({"Status": "Completed"}, "2026-01-12T09:00:00+00:00"),
        ({"Status": "Completed", "Closed_Time": "2026-01-11T09:00:00Z"}, "2026-01-11T09:00:00+00:00"),
        ({"Status": "In Progress"}, None),
    ],
)
def test_a_task_is_done_when_its_status_says_so(values: dict[str, object], started_at: str | None) -> None:
    assert _facts("Tasks", values)["started_at"] == started_at


def test_a_demo_is_booked_like_a_meeting() -> None:
    source = make_source("zoho", kinds={"Demos": "demo"})

    assert "booked_at" in observe(source, _body("Demos", {"Created_Time": "2026-01-10T09:00:00+01:00"})).facts


def test_an_outcome_of_the_source_takes_precedence_for_a_call_too() -> None:
    source = make_source("zoho", outcomes={"completed": "held"})

    assert observe(source, _body("Calls", {"Call_Result": "Completed"})).facts["outcome"] == "held"


def test_a_start_that_is_a_date_is_one() -> None:
    assert _facts("Events", {"Start_DateTime": "2026-01-12"}) == {"started_at": None, "started_on": "2026-01-12"}


def test_every_stage_is_expected() -> None:
    assert {stage.lower() for stage in EXPECTED_STAGES} - {"signed", "negotiation"} == DEAL_STAGES.keys()


@pytest.mark.parametrize(
    ("call_type", "direction"), [("Outbound", "outbound"), ("Inbound", "inbound"), ("Missed", "inbound"), ("Other", None)]
)
def test_a_call_type_is_a_direction(call_type: str, direction: str | None) -> None:
    assert _facts("Calls", {"Call_Type": call_type}).get("direction") == direction
    assert direction is None or call_type.lower() in DIRECTIONS


@pytest.mark.parametrize(
    ("values", "duration_s"),
    [
        ({"Call_Duration_in_seconds": 182}, 182),
        ({"Call_Duration_in_seconds": "182", "Call_Duration": "09:09"}, 182),
        ({"Call_Duration_in_seconds": 0}, 0),
        ({"Call_Duration": "03:02"}, 182),
        ({"Start_DateTime": "2026-01-12T09:00:00+01:00", "End_DateTime": "2026-01-12T09:45:00+01:00"}, 2_700),
    ],
)
def test_a_duration_is_read_from_whatever_the_notification_contains(values: dict[str, object], duration_s: float) -> None:
    assert _facts("Calls", values)["duration_s"] == duration_s


@pytest.mark.parametrize(("owner", "actor"), [({"id": 7, "name": "Ana"}, "7"), ("7", "7"), ({}, None), (None, None)])
def test_an_owner_is_read_in_either_format(owner: object, actor: str | None) -> None:
    assert _facts("Tasks", {"Owner": owner}).get("actor") == actor


@pytest.mark.parametrize(
    ("values", "started_at"),
    [
        (dict.fromkeys(("Call_Start_Time", "Start_DateTime", "Closed_Time"), "2026-01-12T09:00:00Z"), "09"),
        ({"Call_Start_Time": "2026-01-12T09:00:00Z", "Start_DateTime": "2026-01-12T10:00:00Z"}, "09"),
        ({"Start_DateTime": "2026-01-12T10:00:00Z", "Closed_Time": "2026-01-12T11:00:00Z"}, "10"),
        ({"Closed_Time": "2026-01-12T11:00:00Z"}, "11"),
    ],
)
def test_an_activity_starts_when_it_was_planned_or_else_closed(values: dict[str, str], started_at: str) -> None:
    assert _facts("Tasks", values)["started_at"] == f"2026-01-12T{started_at}:00:00Z".replace("Z", "+00:00")


def test_a_deal_states_its_amount_and_currency_without_a_stage() -> None:
    assert _facts("Deals", {"Amount": 0, "Currency": "EUR"}) == {"amount": "0", "currency": "EUR"}


@pytest.mark.parametrize("name", ["channel_id", "module", "operation", "record_id", "server_time"])
def test_a_notification_is_another_one_if_any_of_its_ids_differs(name: str) -> None:
    item = dict.fromkeys(("channel_id", "module", "operation", "record_id", "server_time"), "1")

    assert ADAPTER.identify(item) != ADAPTER.identify(item | {name: "2"})


def test_an_id_without_values_states_nothing_and_an_empty_one_is_refused() -> None:
    body = _body("Calls") | {"ids": ["1", "2", ""], "affected_values": [7, {"record_id": "2", "values": {"Owner": "7"}}]}

    first, second, third = translate_json(SOURCE, body)

    assert isinstance(first, Observation)
    assert isinstance(second, Observation)
    assert (first.facts, second.facts) == ({}, {"actor": "7"})
    assert third == RefusedItem(index=2, problem="activity_id: must be text and not empty")


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"ids": "1"}'])
def test_a_body_without_ids_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable, match=r"^must be an object with ids"):
        translate_json(SOURCE, body)


def test_a_deletion_deletes_and_states_nothing_else() -> None:
    observation = observe(SOURCE, _body("Calls", {"Call_Result": "Busy"}, operation="delete"))

    assert (observation.deleted, observation.facts) == (True, {})
