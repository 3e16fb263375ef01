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


def test_an_amount_is_exact_to_the_millionth() -> None:
    amount = {"amountMicros": 1_234_567_891, "currencyCode": "EUR"}

    facts = observe(SOURCE, _body("opportunity", amount=amount)).facts

    assert (facts["amount"], facts["currency"]) == ("1234.567891", "EUR")


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=5, attempts_max=1, window_s=0)
