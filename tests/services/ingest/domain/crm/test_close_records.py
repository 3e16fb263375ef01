"""Close: what events and records mean."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any, Final

import pytest

from services.ingest.domain.crm.close import ADAPTER, DIRECTIONS, KINDS, OUTCOMES, UNFINISHED_STATUSES
from services.ingest.domain.webhook import BodyUnreadable, RefusedItem
from services.scoring.domain.activities.parts import WHOLE
from shared.observation import Observation, UnreadableFact
from tests.services.ingest.merged_activities import Activity, merge_activity
from tests.services.ingest.senders.close import make_body, make_event
from tests.services.ingest.senders.sender import make_source, observe, translate_json

SOURCE: Final = make_source("close", outcomes={"outcome_demo": "held"})
EXPECTED_OUTCOMES: Final = {
    "answered": "connected",
    "no-answer": "no_answer",
    "vm-answer": "no_answer",
    "vm-left": "left_voicemail",
    "busy": "busy",
    "blocked": "failed",
    "error": "failed",
    "failed": "failed",
    "timeout": "failed",
    "abandoned": "abandoned",
    "cancel": "canceled",
    "canceled": "canceled",
    "upcoming": "scheduled",
    "sent": "sent",
    "declined-by-lead": "canceled",
    "declined-by-org": "canceled",
    "unheard-of": "other",
}
EXPECTED_KINDS: Final = {
    "activity.call": ("call", "connected"),
    "activity.email": ("email", "completed"),
    "activity.sms": ("message", "completed"),
    "activity.note": ("note", "completed"),
    "activity.meeting": ("meeting", "held"),
    "activity.task_completed": ("task", "completed"),
}
EXPECTED_DIRECTIONS: Final = {
    "outbound": "outbound",
    "outgoing": "outbound",
    "inbound": "inbound",
    "incoming": "inbound",
    "sideways": None,
}


def _observation(object_type: str, **record: object) -> Observation:
    return observe(SOURCE, make_body(make_event(object_type, "updated", 1, record)))


def _activity(*events: dict[str, Any], part: str = WHOLE) -> Activity:
    return merge_activity(SOURCE.name, [item for event in events for item in translate_json(SOURCE, make_body(event))], part)


@pytest.mark.parametrize(("disposition", "outcome"), EXPECTED_OUTCOMES.items())
def test_a_disposition_is_an_outcome(disposition: str, outcome: str) -> None:
    facts = _observation("activity.call", disposition=disposition).facts

    assert (facts["outcome"], facts["outcome_raw"]) == (outcome, disposition)


def test_every_outcome_is_expected() -> None:
    assert EXPECTED_OUTCOMES.keys() - {"unheard-of"} == OUTCOMES.keys()


@pytest.mark.parametrize(("object_type", "expected"), EXPECTED_KINDS.items())
def test_each_object_has_its_kind_and_its_outcome_when_it_is_completed(object_type: str, expected: tuple[str, str]) -> None:
    observation = _observation(object_type, status="completed")

    assert (observation.kind, observation.facts["outcome"]) == expected


def test_a_task_that_is_reported_as_completed_needs_no_status() -> None:
    assert _observation("activity.task_completed").facts["outcome"] == "completed"


@pytest.mark.parametrize("name", ["activity_at", "date_created"])
def test_a_mail_counts_when_it_was_sent_and_not_when_it_was_drafted(name: str) -> None:
    facts = _observation("activity.email", date_sent="2026-01-13T09:00:00+00:00", **{name: "2026-01-12T09:00:00+00:00"}).facts

    assert facts["started_at"] == "2026-01-13T09:00:00+00:00"


def test_every_kind_is_expected() -> None:
    assert EXPECTED_KINDS.keys() | {"opportunity"} == KINDS.keys()


@pytest.mark.parametrize("status", ["created", "in-progress", "draft", "inbox", "outbox"])
def test_an_unfinished_activity_has_no_outcome(status: str) -> None:
    assert "outcome" not in _observation("activity.call", status=status).facts
    assert status in UNFINISHED_STATUSES


@pytest.mark.parametrize(("direction", "expected"), EXPECTED_DIRECTIONS.items())
def test_a_direction_is_ours_or_left_out(direction: str, expected: str | None) -> None:
    assert _observation("activity.call", direction=direction).facts.get("direction") == expected
    assert expected is None or direction in DIRECTIONS


@pytest.mark.parametrize(
    ("record", "started_at"),
    [
        ({"starts_at": "2025-10-09T09:00:00Z", "activity_at": "2025-10-09T10:00:00Z"}, "2025-10-09T09:00:00+00:00"),
        ({"activity_at": "2025-10-09T10:00:00Z", "date_created": "2025-10-09T11:00:00Z"}, "2025-10-09T10:00:00+00:00"),
        ({"date_created": "2025-10-09T11:00:00Z"}, "2025-10-09T11:00:00+00:00"),
        ({"starts_at": "2025-10-09", "date_created": "2025-10-08T11:00:00Z"}, None),
        ({}, None),
    ],
)
def test_an_activity_starts_when_it_was_planned_or_done_or_else_created(record: dict[str, str], started_at: str | None) -> None:
    assert observe(SOURCE, make_body(make_event("activity.call", "updated", 1, record))).facts.get("started_at") == started_at


def test_an_activity_of_a_whole_day_is_on_its_date() -> None:
    assert _observation("activity.call", starts_at="2025-10-09").facts == {"started_at": None, "started_on": "2025-10-09"}


@pytest.mark.parametrize(("object_type", "is_booking"), [("activity.meeting", True), ("activity.call", False)])
def test_a_meeting_was_booked_when_it_was_created(object_type: str, is_booking: bool) -> None:
    facts = _observation(object_type, date_created="2025-10-08T11:00:00Z").facts

    assert facts.get("booked_at") == ("2025-10-08T11:00:00+00:00" if is_booking else None)


def test_a_meeting_without_a_time_of_creation_says_nothing_of_its_booking() -> None:
    assert _observation("activity.meeting", date_created=None, user_id="7").facts == {"actor": "7"}


def test_an_activity_without_a_disposition_or_status_has_no_outcome() -> None:
    assert _observation("activity.call", duration=1).facts == {"duration_s": 1}


def test_an_unknown_outcome_of_the_organisation_falls_back_on_the_disposition() -> None:
    facts = _observation("activity.call", outcome_id="outcome_unknown", disposition="busy", status="completed").facts

    assert (facts["outcome"], facts["outcome_raw"]) == ("busy", "outcome_unknown")


def test_an_event_falls_back_on_its_creation_and_on_the_account_of_the_source() -> None:
    event = make_event("activity.call", "updated", 7, {}, date_updated=None, organization_id=None)

    observation = observe(replace(SOURCE, account="acme"), make_body(event))

    assert observation.observed_at == datetime(2025, 10, 9, 8, 7, tzinfo=UTC)
    assert observation.account == "acme"


def test_an_event_is_the_same_only_with_its_id_and_its_time_of_change() -> None:
    events = [{"id": "1", "date_updated": "a"}, {"id": "2", "date_updated": "a"}, {"id": "1", "date_updated": "b"}]

    assert len({ADAPTER.identify(event) for event in events}) == 3


BEGUN: Final = {
    "user_id": "user_1",
    "direction": "outbound",
    "status": "in-progress",
    "activity_at": "2025-10-09T08:50:18+00:00",
}
DONE: Final = BEGUN | {"status": "completed", "disposition": "answered", "duration": 182}
CALL: Final = [
    make_event("activity.call", "created", 50, BEGUN),
    make_event("activity.call", "completed", 53, DONE),
    make_event("activity.call", "updated", 55, DONE | {"note": "changed"}),
]


def test_the_events_of_a_call_come_to_one_activity_in_any_order() -> None:
    call = _activity(*CALL)

    assert (call.kind, call.actor, call.outcome, call.direction) == ("call", "user_1", "connected", "outbound")
    assert (call.duration_s, call.started_at) == (182.0, datetime(2025, 10, 9, 8, 50, 18, tzinfo=UTC))
    for order in permutations(CALL):
        assert _activity(*order, *order) == call


def test_an_outcome_of_the_organisation_takes_precedence_over_the_status() -> None:
    meeting = {"user_id": "user_1", "starts_at": "2025-10-09T09:00:00+00:00", "status": "canceled", "duration": 1800}

    own, unknown = [
        _observation("activity.meeting", **meeting, outcome_id=outcome_id) for outcome_id in ("outcome_demo", "outcome_unknown")
    ]

    assert (own.facts["outcome"], unknown.facts["outcome"]) == ("held", "canceled")


def test_a_deletion_needs_no_record() -> None:
    assert _activity(*CALL, make_event("activity.call", "deleted", 59, None)).is_deleted


def test_any_other_object_is_ignored() -> None:
    assert translate_json(SOURCE, make_body(make_event("lead", "updated", 1, {"name": "x"}))) == []


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (make_event("activity.call", "updated", 1, None), "event.data: is missing"),
        (make_event("activity.call", "updated", 1, BEGUN, object_id=None), "activity_id: must be text and not empty"),
        (
            make_event("activity.call", "updated", 1, BEGUN, date_updated="yesterday"),
            "observed_at: is not a time, such as 2026-01-12T09:00:00+01:00",
        ),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_the_reason(event: dict[str, Any], problem: str) -> None:
    assert translate_json(SOURCE, make_body(event)) == [RefusedItem(index=0, problem=problem)]


def test_a_duration_that_makes_no_sense_is_left_out_and_the_rest_is_read() -> None:
    observation, unreadable = translate_json(
        SOURCE, make_body(make_event("activity.call", "updated", 1, DONE | {"duration": -1}))
    )

    assert isinstance(observation, Observation)
    assert (observation.facts["outcome"], "duration_s" in observation.facts) == ("connected", False)
    assert unreadable == UnreadableFact(name="duration_s", problem="must be a number of seconds from 0 to 2678400")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": 7}'])
def test_a_body_without_an_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(BodyUnreadable, match=r"^(must be an object that holds an event|body is not JSON)"):
        translate_json(SOURCE, body)
