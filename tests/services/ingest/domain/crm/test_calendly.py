"""Calendly: what its events mean."""

from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.calendly import ADAPTER, KINDS, OUTCOMES
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["calendly"].source
EXPECTED: Final = {
    "invitee.created": "scheduled",
    "invitee.canceled": "canceled",
    "invitee_no_show.created": "no_show",
    "invitee_no_show.deleted": "scheduled",
}


def _body(event: str) -> dict[str, object]:
    return {"event": event, "created_at": "2026-01-12T09:00:00Z", "payload": {"uri": "https://api.calendly.com/invitees/1"}}


@pytest.mark.parametrize(("event", "outcome"), EXPECTED.items())
def test_each_event_is_a_meeting_with_its_outcome(event: str, outcome: str) -> None:
    observation = observe(SOURCE, _body(event))

    assert (observation.kind, observation.facts["outcome"], observation.facts["outcome_raw"]) == ("meeting", outcome, event)


def test_every_event_is_expected() -> None:
    assert EXPECTED.keys() == KINDS.keys() == OUTCOMES.keys()


def test_any_other_event_is_ignored() -> None:
    assert translate_json(SOURCE, _body("routing_form_submission.created")) == []


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=15, window_s=86_400)
