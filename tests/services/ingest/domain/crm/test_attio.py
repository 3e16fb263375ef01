"""Attio: the kinds of its events."""

from datetime import timedelta
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.attio import ADAPTER, KINDS, OUTCOMES
from shared.facts import FIRST_SEEN_AT
from tests.services.ingest.merged_activities import merge_activity
from tests.services.ingest.senders import BY_NAME, NOW
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["attio"].source
EXPECTED_KINDS: Final = {
    "call-recording.created": ("meeting", None),
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
    assert OUTCOMES == {"call-recording.created": "held", "task.created": "open"}


def test_a_task_that_is_created_is_not_done() -> None:
    assert observe(SOURCE, _body("task.created")).facts["outcome"] == "open"


def _recording(**ids: str) -> dict[str, object]:
    event = {"event_type": "call-recording.created", "id": {"workspace_id": "w1", **ids}, "actor": {"id": "m1"}}
    return {"webhook_id": "wh1", "events": [event]}


def test_two_recordings_of_one_meeting_are_one_meeting_that_was_held() -> None:
    bodies = [_recording(meeting_id="mt1", call_recording_id=recording) for recording in ("r1", "r2")]
    first, second = [translate_json(SOURCE, body, at=NOW + timedelta(hours=hour)) for hour, body in enumerate(bodies)]

    meeting = merge_activity(SOURCE.name, [*second, *first])

    assert (meeting.kind, meeting.outcome, meeting.actor, meeting.started_at) == ("meeting", "held", "m1", NOW)
    assert observe(SOURCE, bodies[0]).activity_id == "mt1"


def test_a_recording_without_a_meeting_is_one_by_itself() -> None:
    assert observe(SOURCE, _recording(call_recording_id="r1")).activity_id == "r1"


@pytest.mark.parametrize("event_type", sorted(EXPECTED_KINDS.keys() - OUTCOMES.keys()))
def test_nothing_else_has_an_outcome(event_type: str) -> None:
    assert observe(SOURCE, _body(event_type)).facts.keys().isdisjoint({"outcome", "outcome_raw"})


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
