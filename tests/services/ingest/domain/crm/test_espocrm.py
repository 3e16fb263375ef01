"""EspoCRM: what its statuses and events mean."""

from datetime import UTC, datetime
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.espocrm import ADAPTER, KINDS, OUTCOMES
from shared.fact_values import FactValue
from tests.services.ingest.senders import BY_NAME, NOW
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["espocrm"].source
EXPECTED_OUTCOMES: Final = {
    "Held": ("held", "connected"),
    "Not Held": ("canceled", "no_answer"),
    "Planned": ("scheduled", "scheduled"),
    "Completed": ("completed", "connected"),
    "Started": ("open", "open"),
    "Not Started": ("open", "open"),
    "Canceled": ("canceled", "no_answer"),
    "Sent": ("sent", "sent"),
    "Draft": ("open", "open"),
    "Sending": ("sending", "sending"),
    "Failed": ("failed", "failed"),
    "Deferred": ("open", "open"),
    "Archived": ("other", "other"),
}
EXPECTED_KINDS: Final = {
    "Call": "call",
    "Meeting": "meeting",
    "Email": "email",
    "Task": "task",
    "Opportunity": "deal_stage_changed",
}


@pytest.mark.parametrize(("status", "expected"), EXPECTED_OUTCOMES.items())
def test_a_status_is_an_outcome_that_depends_on_whether_it_was_a_call(status: str, expected: tuple[str, str]) -> None:
    content = {"id": "1", "status": status}

    facts = [observe(SOURCE, content, headers={"event": f"{entity}.update"}).facts for entity in ("Meeting", "Call")]

    assert [fact["outcome"] for fact in facts] == list(expected)
    assert [fact["outcome_raw"] for fact in facts] == [status] * 2


def test_every_status_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"Archived"} == OUTCOMES.keys()


@pytest.mark.parametrize(
    ("record", "observed_at"),
    [
        ({"modifiedAt": "2026-01-12 09:00:00", "createdAt": "2026-01-11 09:00:00"}, datetime(2026, 1, 12, 9, tzinfo=UTC)),
        ({"createdAt": "2026-01-11 09:00:00"}, datetime(2026, 1, 11, 9, tzinfo=UTC)),
        ({}, NOW),
    ],
)
def test_a_record_is_as_of_its_change_or_creation_or_else_its_arrival(record: dict[str, str], observed_at: datetime) -> None:
    assert observe(SOURCE, {"id": "1", **record}, headers={"event": "Task.update"}).observed_at == observed_at


@pytest.mark.parametrize(
    ("record", "duration_s"),
    [
        ({"duration": 120, "dateStart": "2026-01-12 09:00:00", "dateEnd": "2026-01-12 09:03:00"}, 120),
        ({"dateStart": "2026-01-12 09:00:00", "dateEnd": "2026-01-12 09:03:00"}, 180),
        ({"dateEnd": "2026-01-12 09:03:00"}, None),
    ],
)
def test_a_duration_is_stated_or_follows_from_start_and_end(record: dict[str, object], duration_s: float | None) -> None:
    assert observe(SOURCE, {"id": "1", **record}, headers={"event": "Call.update"}).facts.get("duration_s") == duration_s


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"dateStart": "2026-01-12 09:00:00"}, {"started_at": "2026-01-12T09:00:00+00:00"}),
        (
            {"dateStart": "2026-01-11 23:00:00", "dateStartDate": "2026-01-12"},
            {"started_at": None, "started_on": "2026-01-12"},
        ),
        (
            {"dateCompleted": "2026-01-13 10:00:00", "dateStartDate": "2026-01-12", "dateStart": "2026-01-12 09:00:00"},
            {"started_at": "2026-01-13T10:00:00+00:00"},
        ),
        (
            {"dateSent": "2026-01-13 11:00:00", "createdAt": "2026-01-10 09:00:00"},
            {"started_at": "2026-01-13T11:00:00+00:00"},
        ),
        (
            {"dateStart": "2026-01-12 09:00:00", "createdAt": "2026-01-10 09:00:00"},
            {"started_at": "2026-01-12T09:00:00+00:00"},
        ),
        ({"createdAt": "2026-01-10 09:00:00"}, {"started_at": "2026-01-10T09:00:00+00:00"}),
        ({}, {}),
    ],
)
def test_an_activity_counts_when_it_was_completed_or_sent_or_on_its_date_or_at_its_start(
    record: dict[str, str], expected: dict[str, FactValue]
) -> None:
    assert observe(SOURCE, {"id": "1", **record}, headers={"event": "Task.update"}).facts == expected


@pytest.mark.parametrize(
    ("event", "is_booking"),
    [("Meeting.create", True), ("Meeting.update", True), ("Call.create", False), ("Task.create", False)],
)
def test_only_a_meeting_is_booked_when_it_is_created(event: str, is_booking: bool) -> None:
    facts = observe(SOURCE, {"id": "1", "createdAt": "2026-01-10 09:00:00"}, headers={"event": event}).facts

    assert facts.get("booked_at") == ("2026-01-10T09:00:00+00:00" if is_booking else None)


@pytest.mark.parametrize(
    ("record", "entered_at"),
    [({"modifiedAt": "2026-01-12 09:00:00"}, "2026-01-12T09:00:00+00:00"), ({}, NOW.isoformat())],
)
def test_a_deal_enters_a_stage_with_its_change_or_at_its_arrival(record: dict[str, str], entered_at: str) -> None:
    content = {"id": "1", "stage": "Proposal", "closeDate": "2026-01-31", **record}

    assert observe(SOURCE, content, headers={"event": "Opportunity.update"}).facts == {
        "stage": "Proposal",
        "kind": "deal_stage_changed",
        "stage_kind": "deal_stage_changed",
        "started_at": entered_at,
    }


def test_the_close_date_of_a_won_deal_is_a_date_that_somebody_typed() -> None:
    content = {"id": "1", "stage": "Closed Won", "modifiedAt": "2026-01-12 09:00:00", "closeDate": "2026-01-10"}

    facts = observe(SOURCE, content, headers={"event": "Opportunity.update"}).facts

    assert facts == {
        "stage": "Closed Won",
        "kind": "deal_won",
        "started_at": "2026-01-12T09:00:00+00:00",
        "closed_on": "2026-01-10",
    }


@pytest.mark.parametrize("event", ["create", "update", "delete"])
@pytest.mark.parametrize(("entity", "kind"), EXPECTED_KINDS.items())
def test_each_entity_has_its_kind_and_only_a_deletion_deletes(entity: str, kind: str, event: str) -> None:
    observation = observe(SOURCE, {"id": "1"}, headers={"event": f"{entity}.{event}"})

    assert (observation.kind, observation.deleted) == (kind, True if event == "delete" else None)


def test_every_event_is_expected() -> None:
    assert {event.partition(".")[0] for event in KINDS} == EXPECTED_KINDS.keys()


def test_any_other_entity_is_ignored() -> None:
    assert translate_json(SOURCE, {"id": "1"}, headers={"event": "Lead.create"}) == []


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=10, attempts_max=4, window_s=1_800)
