"""Calendly: what its events mean."""

from datetime import UTC, datetime
from typing import Final

import pytest

from services.ingest.domain.adapter import RetryPolicy
from services.ingest.domain.crm.calendly import ADAPTER, KINDS, OUTCOMES
from tests.services.ingest.merged_activities import merge_activity
from tests.services.ingest.senders import BY_NAME
from tests.services.ingest.senders.sender import observe, translate_json

SOURCE: Final = BY_NAME["calendly"].source
EXPECTED: Final = {
    "invitee.created": "scheduled",
    "invitee.canceled": "canceled",
    "invitee_no_show.created": "no_show",
    "invitee_no_show.deleted": "scheduled",
}


INVITEE: Final = "https://api.calendly.com/scheduled_events/1/invitees/1"
NO_SHOW: Final = "https://api.calendly.com/invitee_no_shows/1"


def _body(event: str, **payload: str) -> dict[str, object]:
    names = {"uri": NO_SHOW, "invitee": INVITEE} if "no_show" in event else {"uri": INVITEE}
    return {"event": event, "created_at": "2026-01-12T09:00:00Z", "payload": names | payload}


@pytest.mark.parametrize(("event", "outcome"), EXPECTED.items())
def test_each_event_is_a_meeting_with_its_outcome(event: str, outcome: str) -> None:
    observation = observe(SOURCE, _body(event))

    assert (observation.kind, observation.facts["outcome"], observation.facts["outcome_raw"]) == ("meeting", outcome, event)


@pytest.mark.parametrize("event", EXPECTED)
def test_each_event_is_about_the_meeting_of_its_invitee(event: str) -> None:
    assert observe(SOURCE, _body(event)).activity_id == INVITEE


@pytest.mark.parametrize(
    ("payload", "booked_at"),
    [({"created_at": "2026-01-12T08:59:59Z"}, "2026-01-12T08:59:59+00:00"), ({}, "2026-01-12T09:00:00+00:00")],
)
def test_a_meeting_is_booked_when_its_invitee_is_created(payload: dict[str, str], booked_at: str) -> None:
    assert observe(SOURCE, _body("invitee.created", **payload)).facts["booked_at"] == booked_at


@pytest.mark.parametrize("event", sorted(EXPECTED.keys() - {"invitee.created"}))
def test_no_other_event_says_when_a_meeting_was_booked(event: str) -> None:
    assert "booked_at" not in observe(SOURCE, _body(event, created_at="2026-01-12T08:00:00Z")).facts


def test_a_meeting_that_is_moved_was_booked_when_its_old_invitee_was_created() -> None:
    assert (
        "booked_at" not in observe(SOURCE, _body("invitee.created", created_at="2026-01-12T08:00:00Z", old_invitee="I0")).facts
    )


def test_a_no_show_and_its_removal_leave_the_time_of_the_meeting() -> None:
    created = {
        "event": "invitee.created",
        "created_at": "2026-01-12T09:00:00Z",
        "payload": {"uri": INVITEE, "scheduled_event": {"start_time": "2026-01-13T10:00:00Z"}},
    }
    no_show = _body("invitee_no_show.created") | {"created_at": "2026-01-13T10:20:00Z"}
    removed = _body("invitee_no_show.deleted") | {"created_at": "2026-01-13T10:40:00Z"}

    missed, held = [
        merge_activity(SOURCE.name, [item for body in bodies for item in translate_json(SOURCE, body)])
        for bodies in ([created, no_show], [created, no_show, removed])
    ]

    assert (missed.outcome, held.outcome) == ("no_show", "scheduled")
    assert missed.started_at == held.started_at == datetime(2026, 1, 13, 10, tzinfo=UTC)


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
