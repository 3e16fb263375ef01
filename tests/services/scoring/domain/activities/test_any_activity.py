"""Whatever is said about calls, meetings and deals, in whatever order: what counts is what the story gives when it is told from
its beginning."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive, derive_parts
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.roster.roster import Roster
from services.scoring.record.merge_events import merge_event
from services.scoring.record.read_event import ObservedEvent
from tests.services.scoring.activity_model import ModelRep, model_activities, model_reps
from tests.services.scoring.histories import START, event_of, observations, rosters

Counted = tuple[str, str, str, date, datetime | date, str | None]
"""Id, kind, actor, day, start and stage."""


@pytest.mark.hypothesis
@given(pieces=st.lists(observations, min_size=1, max_size=12), roster=rosters(), seed=st.integers(0, 99))
def test_any_order_with_duplicates_gives_what_the_story_gives(pieces: list[dict[str, Any]], roster: str, seed: int) -> None:
    note(repr(pieces))
    events = [event_of(piece) for piece in pieces]
    shuffled = events + random.Random(seed).choices(events, k=3)
    random.Random(seed).shuffle(shuffled)

    assert _counted(shuffled, read_roster(roster, file="")) == _expected(events, model_reps(roster))


@pytest.mark.hypothesis
@given(
    first=st.lists(observations, min_size=1, max_size=6),
    again=st.lists(observations, max_size=6),
    and_again=st.lists(observations, max_size=3),
    roster=rosters(),
    seed=st.integers(0, 99),
)
def test_only_the_last_reading_of_webhooks_counts_in_any_order(
    first: list[dict[str, Any]], again: list[dict[str, Any]], and_again: list[dict[str, Any]], roster: str, seed: int
) -> None:
    """An activity that the last reading does not mention is withdrawn by a reading without facts."""
    events: list[ObservedEvent] = []
    for number, pieces in enumerate((first, again, and_again)):
        reading = [event_of(piece | {"received": piece["received"] or 0}) for piece in pieces]
        withdrawn = [_without_facts(event) for event in events]
        events += [_read_again(event, number) for event in [*reading, *withdrawn]] if number else reading
    note("\n".join(map(repr, events)))
    shuffled = events + random.Random(seed).choices(events, k=3)
    random.Random(seed).shuffle(shuffled)

    assert _counted(shuffled, read_roster(roster, file="")) == _expected(events, model_reps(roster))


def _without_facts(event: ObservedEvent) -> ObservedEvent:
    """Another event, so it has another id: an id follows from the content."""
    observation = msgspec.structs.replace(event.observation, facts={}, deleted=None)
    return msgspec.structs.replace(event, observation=observation, event_id=f"{event.event_id}-")


def _read_again(event: ObservedEvent, number: int) -> ObservedEvent:
    """All webhooks of the first second were read again, some hours later."""
    return msgspec.structs.replace(
        event,
        event_id=f"{event.event_id}@{number}",
        read_at=START + timedelta(hours=number),
        reprocessed_since=START,
        reprocessed_until=START + timedelta(seconds=1),
    )


def _counted(events: list[ObservedEvent], roster: Roster) -> set[Counted]:
    states: dict[ActivityKey, FactStates] = {}
    for event in events:
        states[event.key] = merge_event(states.get(event.key, {}), event)
    wholes = [derive(key, of_key, roster=roster) for key, of_key in states.items()]
    return {_count(record) for whole in wholes for record in (whole, *derive_parts(whole, roster=roster)) if record.rep_day}


def _count(record: ActivityRecord) -> Counted:
    activity = record.activity
    start = activity.started_at or activity.started_on
    assert record.rep_day is not None
    assert start is not None
    assert activity.actor is not None
    return record.key[2], activity.kind, activity.actor, record.rep_day.day, start, activity.stage


def _expected(events: list[ObservedEvent], reps: dict[str, ModelRep]) -> set[Counted]:
    return {
        (facts["id"], facts["kind"], facts["actor"], facts["day"], facts["start"], facts.get("stage"))
        for facts in model_activities(events, reps)
    }
