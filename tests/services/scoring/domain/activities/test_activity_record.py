"""What is recorded of an activity and of its parts follows from what was stated about the activity."""

from datetime import UTC, datetime
from typing import Final

from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive, derive_again, derive_parts
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.readings import rank_of
from shared.fact_values import FactValue
from shared.observation import ActivityId, Observation
from tests.services.scoring.domain.builders import ACME, rep, roster

NINE: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
MEETING: Final[ActivityKey] = ACME, "eu", ActivityId("m")
ANA: Final = roster(rep())


def _record(facts: dict[str, FactValue]) -> ActivityRecord:
    """The record of a meeting about which only this was stated."""
    observation = Observation(activity_id=MEETING[2], kind="meeting", observed_at=NINE, facts=facts)
    return derive(MEETING, merge({}, observation, rank_of("e", received_at=NINE, read_at=None)), roster=ANA)


def test_the_booking_of_a_meeting_is_a_part_of_it_and_the_meeting_is_a_part_of_nothing() -> None:
    meeting = _record({"actor": "7", "started_at": "2026-03-04T10:00:00+00:00", "booked_at": NINE.isoformat()})
    parts = derive_parts(meeting, roster=ANA)

    assert meeting.key_of_whole == MEETING
    assert [(part.key, part.key_of_whole) for part in parts] == [((ACME, "eu", ActivityId("m:booked")), MEETING)]


def test_a_part_that_is_derived_again_stays_a_part() -> None:
    meeting = _record({"actor": "7", "started_at": "2026-03-04T10:00:00+00:00", "booked_at": NINE.isoformat()})
    [booking] = derive_parts(meeting, roster=ANA)

    assert derive_again(booking, meeting.states, roster=ANA) == booking
    assert derive_again(meeting, meeting.states, roster=ANA) == meeting


def test_a_meeting_of_which_no_booking_is_known_has_no_parts() -> None:
    assert derive_parts(_record({"actor": "7"}), roster=ANA) == []
