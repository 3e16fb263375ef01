"""What would become of activities, and of the counts of days, if webhooks were read again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive, derive_parts
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.counting import counted_behaviours
from services.scoring.domain.activities.statements import REPROCESSED
from services.scoring.domain.definitions import Definitions
from services.scoring.record.activities import list_activities_with_parts
from services.scoring.record.merge_events import merged_record, merged_states, redacted_event
from services.scoring.record.read_event import ObservedEvent, event_from
from shared.events import BehaviourKey
from shared.requests.activities import ActivityEffect, DayEffect, ReadingPreview, ReadingPreviewQuery

_Counts = Counter[tuple[RepDay, BehaviourKey]]


async def preview_readings(pool: asyncpg.Pool, cache: DefinitionsCache, query: ReadingPreviewQuery) -> ReadingPreview:
    """The effect on each activity. Nothing is stored.

    Raises:
        EventUnreadable: the data of an event is no activity.observed.v1.
        ObservationRefused: an observation makes no sense.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        by_key: dict[ActivityKey, list[ObservedEvent]] = {}
        for text in query.events:
            event = event_from(text.data.encode(), event_id=text.id)
            by_key.setdefault(event.key, []).append(redacted_event(event, definitions) if definitions.erased else event)
        stored: dict[ActivityKey, list[ActivityRecord]] = {}
        for record in await list_activities_with_parts(connection, by_key):
            stored.setdefault(record.key_of_whole, []).append(record)
    return ReadingPreview(
        activities=tuple(_effect(key, events, stored.get(key, ()), definitions) for key, events in by_key.items())
    )


def _effect(
    key: ActivityKey, events: Sequence[ObservedEvent], stored: Sequence[ActivityRecord], definitions: Definitions
) -> ActivityEffect:
    before = {record.key: record for record in stored}
    after = {record.key: merged_record(record, events, definitions) for record in stored}
    whole = after[key] if key in after else derive(key, merged_states({}, events), roster=definitions.roster)
    parts = {part.key: part for part in derive_parts(whole, roster=definitions.roster)}
    after = {key: whole} | parts | after
    counts = _counts(after, definitions)
    counts.subtract(_counts(before, definitions))
    by_day: dict[RepDay, dict[BehaviourKey, int]] = {}
    for (rep_day, behaviour), difference in counts.items():
        if difference:
            by_day.setdefault(rep_day, {})[behaviour] = difference
    _, account, activity_id = key
    return ActivityEffect(
        account=account,
        activity_id=activity_id,
        effect=_name_effect(events, before, after),
        days=tuple(DayEffect(rep=day.rep_id, day=day.day, counts=by_behaviour) for day, by_behaviour in sorted(by_day.items())),
    )


def _name_effect(
    events: Sequence[ObservedEvent], before: Mapping[ActivityKey, ActivityRecord], after: Mapping[ActivityKey, ActivityRecord]
) -> Literal["new", "changed", "withdrawn", "unchanged"]:
    is_mentioned = any(event.observation.facts for event in events)
    if not before:
        return "new" if is_mentioned else "unchanged"
    if {key: _content(record) for key, record in before.items()} == {key: _content(record) for key, record in after.items()}:
        return "unchanged"
    return "changed" if is_mentioned else "withdrawn"


def _content(record: ActivityRecord) -> object:
    """What is known of an activity, wherever it comes from."""
    values = {name: value for name, (value, _, _) in record.states.items() if value is not None and name != REPROCESSED}
    return values, record.activity, record.rep_day


def _counts(records: Mapping[ActivityKey, ActivityRecord], definitions: Definitions) -> _Counts:
    """What the activities count for. Whether some of them are unverified is left aside."""
    counts: _Counts = Counter()
    for record in records.values():
        rep = definitions.roster.reps.get(record.rep_day.rep_id) if record.rep_day is not None else None
        if record.rep_day is None or rep is None:
            continue
        playbook = definitions.playbook_of(rep, record.rep_day.day)
        if playbook is not None:
            counts.update((record.rep_day, behaviour) for behaviour in counted_behaviours(record.activity, playbook.behaviours))
    return counts
