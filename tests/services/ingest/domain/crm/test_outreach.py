"""Outreach: what its words mean."""

from dataclasses import replace
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.outreach import ADAPTER, KINDS, OUTCOMES
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["outreach"].source
EXPECTED_OUTCOMES: Final = {
    "Answered": "connected",
    "Completed": "connected",
    "completed": "completed",
    "complete": "completed",
    "No Answer": "no_answer",
    "Not Answered": "no_answer",
    "noAnswer": "no_answer",
    "Busy": "busy",
    "Left Voicemail": "left_voicemail",
    "incomplete": "open",
    "delivered": "sent",
    "opened": "sent",
    "clicked": "sent",
    "replied": "sent",
    "unsubscribed": "sent",
    "delivering": "sending",
    "placeholder": "open",
    "queued": "scheduled",
    "scheduled": "scheduled",
    "drafted": "open",
    "pending": "open",
    "skipped": "canceled",
    "bounced": "bounced",
    "failed": "failed",
    "Gatekeeper": "other",
}
EXPECTED_KINDS: Final = {"call": "call", "mailing": "email", "task": "task", "opportunity": "deal_stage_changed"}


def _data(body: dict[str, object]) -> dict[str, object]:
    data = body["data"]
    assert isinstance(data, dict)
    return data


def _body(resource: str, **attributes: str) -> dict[str, object]:
    data = {"type": resource, "id": 7, "attributes": {"updatedAt": "2026-01-12T09:00:00Z", **attributes}}
    return {"data": data, "meta": {"eventName": f"{resource}.updated", "deliveredAt": "2026-01-12T09:00:01Z"}}


@pytest.mark.parametrize(("state", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_state_is_an_outcome(state: str, outcome: str) -> None:
    facts = observe(SOURCE, _body("task", state=state)).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, state)


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"Gatekeeper"} == OUTCOMES.keys()


@pytest.mark.parametrize("later", ["opened", "clicked", "replied"])
def test_a_mail_stays_sent_at_its_delivery_whatever_its_recipient_does_with_it(later: str) -> None:
    delivery = {"createdAt": "2026-01-12T07:00:00Z", "deliveredAt": "2026-01-12T08:00:00Z"}

    delivered, after = [observe(SOURCE, _body("mailing", state=state, **delivery)).facts for state in ("delivered", later)]

    assert delivered["outcome"] == after["outcome"] == "sent"
    assert delivered["started_at"] == after["started_at"] == "2026-01-12T08:00:00+00:00"


STARTS: Final = ("answeredAt", "dialedAt", "completedAt", "deliveredAt", "createdAt")


@pytest.mark.parametrize("first", range(len(STARTS)))
def test_an_activity_starts_at_the_first_of_its_times(first: int) -> None:
    start_times = {name: f"2026-01-12T0{hour}:00:00Z" for hour, name in enumerate(STARTS) if hour >= first}

    assert observe(SOURCE, _body("call", **start_times)).facts["started_at"] == f"2026-01-12T0{first}:00:00+00:00"


@pytest.mark.parametrize(
    ("attributes", "started_at"),
    [({}, "2026-01-12T09:00:00+00:00"), ({"updatedAt": ""}, "2026-01-12T09:00:01+00:00")],
)
def test_an_opportunity_enters_its_stage_with_its_change(attributes: dict[str, str], started_at: str) -> None:
    body = _body("opportunity", createdAt="2026-01-01T09:00:00Z", **attributes)
    body["data"] = {**_data(body), "relationships": {"stage": {"id": 11}}}

    assert observe(replace(SOURCE, kinds={"11": "proposal_sent"}), body).facts == {
        "stage": "11",
        "kind": "deal_stage_changed",
        "stage_kind": "proposal_sent",
        "started_at": started_at,
    }


def test_an_opportunity_without_its_stage_has_not_moved() -> None:
    assert observe(SOURCE, _body("opportunity", amount="5")).facts == {"amount": "5"}


def test_a_completed_call_was_connected() -> None:
    assert observe(SOURCE, _body("call", state="completed")).facts["outcome"] == "connected"


@pytest.mark.parametrize(("resource", "kind"), EXPECTED_KINDS.items())
def test_each_resource_has_its_kind(resource: str, kind: str) -> None:
    assert observe(SOURCE, _body(resource)).kind == kind


def test_every_kind_is_expected() -> None:
    assert EXPECTED_KINDS.keys() == KINDS.keys()


@pytest.mark.parametrize(("names", "actor"), [(("user", "owner"), "user-id"), (("owner",), "owner-id"), ((), None)])
def test_a_record_belongs_to_its_user_or_else_to_its_owner(names: tuple[str, ...], actor: str | None) -> None:
    body = _body("call")
    body["data"] = {"type": "call", "id": 7, "relationships": {name: {"id": f"{name}-id"} for name in names}}

    assert observe(SOURCE, body).facts.get("actor") == actor


@pytest.mark.parametrize(("event", "deleted"), [("call.destroyed", True), ("call.updated", False)])
def test_only_a_destroyed_record_is_deleted(event: str, deleted: bool) -> None:
    body = _body("call")
    body["meta"] = {"eventName": event}

    assert observe(SOURCE, body).deleted is deleted


def test_any_other_resource_is_ignored() -> None:
    assert translate_json(SOURCE, _body("prospect")) == []


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=5, attempts_max=4, window_s=3)
