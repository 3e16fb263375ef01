"""Twenty: what its objects and statuses mean."""

from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.twenty import ADAPTER, KINDS, OUTCOMES
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["twenty"].source
EXPECTED_OUTCOMES: Final = {"DONE": "completed", "IN_PROGRESS": "open", "TODO": "open", "POSTPONED": "other"}
EXPECTED_KINDS: Final = {"calendarEvent": "meeting", "opportunity": "deal_stage_changed", "message": "email"}
SAME_KINDS: Final = {"task": "task", "note": "note", "call": "call"}


def _body(name: str, *, event: str = "updated", **record: object) -> dict[str, object]:
    return {
        "eventName": f"{name}.{event}",
        "objectMetadata": {"nameSingular": name},
        "workspaceId": "w1",
        "record": {"id": "1", "updatedAt": "2026-01-12T09:00:00Z", **record},
    }


@pytest.mark.parametrize(("status", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_status_is_an_outcome(status: str, outcome: str) -> None:
    facts = observe(SOURCE, _body("task", status=status)).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, status)


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"POSTPONED"} == OUTCOMES.keys()


@pytest.mark.parametrize(("name", "kind"), {**EXPECTED_KINDS, **SAME_KINDS}.items())
def test_each_object_has_its_kind(name: str, kind: str) -> None:
    observation = observe(SOURCE, _body(name))

    assert (observation.kind, observation.account) == (kind, "w1")


def test_every_kind_is_expected() -> None:
    assert EXPECTED_KINDS.keys() == KINDS.keys()


def test_any_other_object_is_ignored() -> None:
    assert translate_json(SOURCE, _body("person")) == []


@pytest.mark.parametrize(
    ("event", "deleted"), [("deleted", True), ("destroyed", True), ("restored", False), ("updated", False)]
)
def test_only_a_deletion_deletes(event: str, deleted: bool) -> None:
    assert observe(SOURCE, _body("task", event=event)).deleted is deleted


@pytest.mark.parametrize(
    ("event", "changes", "is_moved"),
    [
        ("updated", {"updatedFields": ["name", "stage"]}, True),
        ("updated", {"updatedFields": ["name"]}, False),
        ("updated", {"updatedFields": None}, False),
        ("updated", {}, False),
        ("created", {}, True),
    ],
)
def test_an_opportunity_enters_a_stage_when_it_is_created_or_the_stage_is_updated(
    event: str, changes: dict[str, object], is_moved: bool
) -> None:
    body = _body("opportunity", event=event, stage="PROPOSAL", closeDate="2026-01-31T00:00:00Z") | changes

    assert observe(SOURCE, body).facts == {
        "stage": "PROPOSAL",
        "kind": "deal_stage_changed",
        "stage_kind": "deal_stage_changed",
    } | ({"started_at": "2026-01-12T09:00:00+00:00"} if is_moved else {})


def test_the_close_date_of_a_won_opportunity_is_what_somebody_typed() -> None:
    body = _body("opportunity", stage="CUSTOMER", closeDate="2026-01-10T08:00:00Z") | {"updatedFields": ["stage"]}

    facts = observe(SOURCE, body).facts

    assert (facts["kind"], facts["started_at"]) == ("deal_won", "2026-01-12T09:00:00+00:00")
    assert facts["closed_at"] == "2026-01-10T08:00:00+00:00"


def test_an_opportunity_without_a_time_of_its_change_moved_with_its_event() -> None:
    body = _body("opportunity", event="created", stage="PROPOSAL", updatedAt=None) | {"eventDate": "2026-01-12T10:00:00Z"}

    assert observe(SOURCE, body).facts["started_at"] == "2026-01-12T10:00:00+00:00"


@pytest.mark.parametrize(
    ("record", "started_at"),
    [
        ({"startsAt": "2026-01-13T09:00:00Z", "createdAt": "2026-01-11T09:00:00Z"}, "2026-01-13T09:00:00+00:00"),
        ({"happensAt": "2026-01-13T10:00:00Z", "createdAt": "2026-01-11T09:00:00Z"}, "2026-01-13T10:00:00+00:00"),
        ({"receivedAt": "2026-01-13T11:00:00Z", "createdAt": "2026-01-11T09:00:00Z"}, "2026-01-13T11:00:00+00:00"),
        ({"createdAt": "2026-01-11T09:00:00Z"}, "2026-01-11T09:00:00+00:00"),
        ({}, None),
    ],
)
def test_anything_else_counts_when_it_starts_or_happens_or_was_received_or_created(
    record: dict[str, str], started_at: str | None
) -> None:
    assert observe(SOURCE, _body("message", **record)).facts.get("started_at") == started_at


@pytest.mark.parametrize(
    ("event", "updated", "started_at"),
    [
        ("created", None, "2026-01-12T09:00:00+00:00"),
        ("updated", ["title", "status"], "2026-01-12T09:00:00+00:00"),
        ("updated", ["title"], None),
        ("updated", ["stage"], None),
        ("updated", None, None),
    ],
)
def test_a_task_is_done_when_its_status_is_updated_and_not_when_it_is_due_or_was_created(
    event: str, updated: list[str] | None, started_at: str | None
) -> None:
    body = _body("task", event=event, createdAt="2026-01-10T09:00:00Z", dueAt="2026-01-14T09:00:00Z", status="DONE")

    assert observe(SOURCE, body | {"updatedFields": updated}).facts.get("started_at") == started_at


@pytest.mark.parametrize(("is_canceled", "outcome"), [(None, "scheduled"), (False, "scheduled"), (True, "canceled")])
def test_an_event_of_the_calendar_is_scheduled_until_it_is_canceled(is_canceled: bool | None, outcome: str) -> None:
    assert observe(SOURCE, _body("calendarEvent", isCanceled=is_canceled)).facts["outcome"] == outcome


@pytest.mark.parametrize(("name", "is_booking"), [("calendarEvent", True), ("task", False), ("call", False)])
def test_only_an_event_of_the_calendar_is_booked_when_it_is_created(name: str, is_booking: bool) -> None:
    facts = observe(SOURCE, _body(name, createdAt="2026-01-11T09:00:00Z")).facts

    assert facts.get("booked_at") == ("2026-01-11T09:00:00+00:00" if is_booking else None)


def test_an_amount_is_exact_to_the_millionth() -> None:
    amount = {"amountMicros": 1_234_567_891, "currencyCode": "EUR"}

    facts = observe(SOURCE, _body("opportunity", amount=amount)).facts

    assert (facts["amount"], facts["currency"]) == ("1234.567891", "EUR")


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=5, attempts_max=1, window_s=0)
