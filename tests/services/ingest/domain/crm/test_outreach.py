"""Outreach: what its words mean."""

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
    "bounced": "bounced",
    "failed": "failed",
    "opened": "other",
}
EXPECTED_KINDS: Final = {"call": "call", "mailing": "email", "task": "task", "opportunity": "deal_stage_changed"}


def _body(resource: str, **attributes: str) -> dict[str, object]:
    data = {"type": resource, "id": 7, "attributes": {"updatedAt": "2026-01-12T09:00:00Z", **attributes}}
    return {"data": data, "meta": {"eventName": f"{resource}.updated", "deliveredAt": "2026-01-12T09:00:01Z"}}


@pytest.mark.parametrize(("state", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_state_is_an_outcome(state: str, outcome: str) -> None:
    facts = observe(SOURCE, _body("task", state=state)).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, state)


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"opened"} == OUTCOMES.keys()


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
