"""Calendly: what its events mean."""

from datetime import UTC, datetime
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


@pytest.mark.parametrize(
    ("created_at", "payload", "hour"),
    [
        ("09", {"updated_at": "08", "created_at": "07"}, 9),
        (None, {"updated_at": "08", "created_at": "07"}, 8),
        (None, {"created_at": "07"}, 7),
    ],
)
def test_an_event_is_as_of_its_own_time_or_that_of_the_invitee(
    created_at: str | None, payload: dict[str, str], hour: int
) -> None:
    timestamps = {name: f"2026-01-12T{text}:00:00Z" for name, text in payload.items()}
    body = {"event": "invitee.created", "payload": {"uri": "https://api.calendly.com/invitees/1"} | timestamps}
    own_time = {"created_at": f"2026-01-12T{created_at}:00:00Z"} if created_at else {}

    assert observe(SOURCE, body | own_time).observed_at == datetime(2026, 1, 12, hour, tzinfo=UTC)


def test_any_other_event_is_ignored() -> None:
    assert translate_json(SOURCE, _body("routing_form_submission.created")) == []


def test_its_retries_are_as_published() -> None:
    assert ADAPTER.retry_policy == RetryPolicy(timeout_s=15, window_s=86_400)
