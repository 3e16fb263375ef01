"""EspoCRM: what its statuses and events mean."""

from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.espocrm import ADAPTER, KINDS, OUTCOMES
from tests.services.ingest.senders import BY_NAME
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
    "Draft": ("other", "other"),
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
    assert EXPECTED_OUTCOMES.keys() - {"Draft"} == OUTCOMES.keys()


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
