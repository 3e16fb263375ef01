"""Whatever is said about calls, meetings and deals, in whatever order: what counts is what the story gives when it is told from
its beginning."""

import random
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive, derive_parts
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.statements import FactStates
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.roster.roster import Roster
from services.scoring.record.read_event import ObservedEvent
from tests.services.scoring.activity_model import ModelRep, model_activities, model_reps
from tests.services.scoring.histories import event_of, observations, rosters

Counted = tuple[str, str, str, date, datetime | date, str | None]
"""Id, kind, actor, day, start and stage."""


@pytest.mark.hypothesis
@settings(deadline=None)
@given(pieces=st.lists(observations, min_size=1, max_size=12), roster=rosters(), seed=st.integers(0, 99))
def test_any_order_with_duplicates_gives_what_the_story_gives(pieces: list[dict[str, Any]], roster: str, seed: int) -> None:
    note(repr(pieces))
    events = [event_of(piece) for piece in pieces]
    shuffled = events + random.Random(seed).choices(events, k=3)
    random.Random(seed).shuffle(shuffled)

    assert _counted(shuffled, read_roster(roster, file="")) == _expected(events, model_reps(roster))


def _counted(events: list[ObservedEvent], roster: Roster) -> set[Counted]:
    states: dict[ActivityKey, FactStates] = {}
    for event in events:
        states[event.key] = merge(states.get(event.key, {}), event.observation, event.rank)
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
