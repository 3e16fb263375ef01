"""Attio: the kinds of its events."""

from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.attio import ADAPTER, KINDS
from shared.facts import FIRST_SEEN_AT
from tests.services.ingest.senders import BY_NAME, NOW
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["attio"].source
EXPECTED_KINDS: Final = {
    "call-recording.created": ("call", None),
    "note.created": ("note", None),
    "note.deleted": ("note", True),
    "task.created": ("task", None),
    "task.deleted": ("task", True),
}


def _body(event_type: str) -> dict[str, object]:
    event = {"event_type": event_type, "id": {"workspace_id": "w1", "note_id": "n1"}, "actor": {"id": "m1"}}
    return {"webhook_id": "wh1", "events": [event]}


@pytest.mark.parametrize(("event_type", "expected"), EXPECTED_KINDS.items())
def test_each_event_has_its_kind_and_may_delete(event_type: str, expected: tuple[str, bool | None]) -> None:
    observation = observe(SOURCE, _body(event_type))

    assert (observation.kind, observation.deleted) == expected
    assert (observation.activity_id, observation.account) == ("n1", "w1")


def test_every_kind_is_expected() -> None:
    assert EXPECTED_KINDS.keys() == KINDS.keys()


def test_a_change_of_a_record_is_ignored() -> None:
    assert translate_json(SOURCE, _body("record.updated")) == []


def test_an_event_counts_from_when_it_was_first_seen() -> None:
    assert observe(SOURCE, _body("note.created")).facts == {"actor": "m1", FIRST_SEEN_AT.name: NOW.isoformat()}


def test_a_signature_in_the_older_header_is_accepted() -> None:
    sender = BY_NAME["attio"]
    webhook = sender.post(b"{}")
    (signature,) = webhook.headers.values()

    older = type(webhook)(headers={"x-attio-signature": signature}, body=b"{}")

    assert sender.adapter.verify(older, SOURCE, now=NOW).body == b"{}"


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=5, attempts_max=10, window_s=259_200)
