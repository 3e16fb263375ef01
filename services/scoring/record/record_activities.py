"""Record a batch of observations: facts, counts, scores and reports in one transaction.

The number of statements does not depend on the size of the batch. Locks are taken in one order everywhere (definitions,
activities by key, days by rep and day), so replicas wait for each other and never deadlock.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from services.scoring.days.cause import Cause
from services.scoring.days.days import claim_days
from services.scoring.days.score_days import initial_states, score_days, score_locked_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord, derive, derive_parts
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.parts import list_parts
from services.scoring.domain.day import Day
from services.scoring.domain.definitions import Definitions
from services.scoring.record.activities import insert_activities, insert_small_batch, lock_activities, update_activities
from services.scoring.record.merge_events import merged_record, merged_states, redacted_event
from services.scoring.record.read_event import ObservedEvent
from services.scoring.record.slices import slices
from shared.facts import DEAL_KINDS, MEETING_KINDS
from shared.postgres.outbox import EventLeases, LeasedEvent
from shared.postgres.pool import Connection

_SMALL: Final = 20
"""Observations in a batch of live activities. In a larger one each costs a small part of a statement anyway."""
_KINDS_WITH_PARTS: Final = frozenset({*DEAL_KINDS, *MEETING_KINDS})

EventsByKey = Mapping[ActivityKey, Sequence[ObservedEvent]]
Change = tuple[RepDay | None, ActivityRecord]
"""The day that an activity belonged to before, and the activity as it is now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """How many activities and days a batch changed, and how many of its observations named an erased person. `events` are the
    reports to publish now."""

    activities: int
    days: int
    redacted: int = 0
    events: Sequence[LeasedEvent] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """Observations by activity, and each activity as it is stored if it is new, under these definitions."""

    definitions: Definitions
    by_key: EventsByKey
    as_new: Mapping[ActivityKey, ActivityRecord]


@dataclass(frozen=True, kw_only=True, slots=True)
class _StoredBatch:
    """A batch of which what is `new` is stored. `days` are those of all of its activities, if they are claimed already."""

    batch: _Batch
    new: Collection[ActivityKey]
    days: Sequence[Day] | None = None


async def record_activities(
    pool: asyncpg.Pool, cache: DefinitionsCache, batch: Sequence[ObservedEvent], *, now: datetime
) -> Recorded:
    """Merge the batch and bring every day that it touches up to date. Recording the batch again changes nothing."""
    leases = EventLeases()
    async with pool.acquire() as connection, connection.transaction():
        stored = await _store_new(connection, cache, batch, now=now)
        definitions, by_key = stored.batch.definitions, stored.batch.by_key
        changes = await _merge_all(connection, stored, now=now)
        causes = _causes(changes, by_key)
        if stored.days is None:
            days = await score_days(connection, definitions, causes, leases=leases, now=now)
        else:
            days = await score_locked_days(connection, definitions, stored.days, causes, leases=leases, now=now)
    redactions = sum(event.is_redacted for events in by_key.values() for event in events) if definitions.erased else 0
    activities = len({record.key_of_whole for _, record in changes})
    return Recorded(activities=activities, days=days, redacted=redactions, events=leases.events)


async def _store_new(
    connection: Connection, cache: DefinitionsCache, batch: Sequence[ObservedEvent], *, now: datetime
) -> _StoredBatch:
    """Share the definitions and store what is new. If the batch is small and the definitions are those that were read last,
    this is one statement, which also claims the days."""
    newest = cache.newest
    if newest is not None and len(batch) <= _SMALL:
        read = await _read_batch(batch, newest)
        stored = await _store_small(connection, read, now=now) if read.as_new else None
        if stored is not None:
            return stored
    read = await _read_batch(batch, await cache.share(connection))
    records = list(read.as_new.values())
    return _StoredBatch(batch=read, new=await insert_activities(connection, records, now=now) if records else set())


async def _store_small(connection: Connection, batch: _Batch, *, now: datetime) -> _StoredBatch | None:
    """None if the definitions have changed since they were read: they are shared, and nothing is stored."""
    records, definitions = list(batch.as_new.values()), batch.definitions
    has_parts = any(list_parts(record.states) for record in records)  # which may belong to other days
    rep_days = {record.rep_day for record in records if record.rep_day is not None}
    states = [] if has_parts else initial_states(rep_days, definitions, now=now)
    small = await insert_small_batch(connection, records, states, version=definitions.version, now=now)
    if small.version != definitions.version:
        return None
    if has_parts or len(small.keys) < len(records):
        return _StoredBatch(batch=batch, new=small.keys)
    is_complete = len(small.days) == len(states)  # otherwise another transaction has stored some meanwhile
    days = small.days if is_complete else await claim_days(connection, states, only_assigned=True)
    return _StoredBatch(batch=batch, new=small.keys, days=days)


async def _read_batch(batch: Sequence[ObservedEvent], definitions: Definitions) -> _Batch:
    redacted = [redacted_event(event, definitions) for event in batch] if definitions.erased else batch
    by_key: dict[ActivityKey, list[ObservedEvent]] = {}
    for event in redacted:
        by_key.setdefault(event.key, []).append(event)
    as_new: dict[ActivityKey, ActivityRecord] = {}
    async for items in slices(list(by_key.items())):
        for key, events in items:
            if not (definitions.erased and all(event.is_by_erased_user for event in events)):
                as_new[key] = derive(key, merged_states({}, events), roster=definitions.roster)
    return _Batch(definitions=definitions, by_key=by_key, as_new=as_new)


async def _merge_all(connection: Connection, batch: _StoredBatch, *, now: datetime) -> list[Change]:
    """Every activity that the batch changes: new ones first, in order of arrival, then those that were stored already, and
    then parts that are new."""
    definitions, by_key, inserted = batch.batch.definitions, batch.batch.by_key, batch.new
    roster = definitions.roster
    stored = [record for key, record in batch.batch.as_new.items() if key in inserted]
    changes: list[Change] = [(None, record) for record in stored]
    if known := by_key.keys() - inserted:
        records = await _lock_with_parts(connection, known, by_key)
        merged, changed = await _merge_into(connection, records, by_key, definitions)
        stored, changes = stored + merged, changes + changed
    known_keys = {record.key for record in stored}
    wholes = [record for record in stored if record.part_of is None]
    parts = {part.key: part for whole in wholes for part in derive_parts(whole, roster=roster) if part.key not in known_keys}
    return changes + await _add_parts(connection, parts, by_key, definitions, now=now) if parts else changes


async def _lock_with_parts(connection: Connection, keys: Collection[ActivityKey], by_key: EventsByKey) -> list[ActivityRecord]:
    """Stored activities and their parts. Parts are looked up at once where the events are about something that has some, and
    otherwise only for activities that turn out to have some, such as a meeting that becomes a call."""
    with_parts = {key for key in keys if _may_have_parts(by_key[key])}
    records = await lock_activities(connection, keys, with_parts_of=with_parts)
    others = [
        record.key for record in records if record.key in by_key and record.key not in with_parts and list_parts(record.states)
    ]
    return records + await lock_activities(connection, (), with_parts_of=others) if others else records


def _may_have_parts(events: Sequence[ObservedEvent]) -> bool:
    return any(event.observation.kind in _KINDS_WITH_PARTS or event.read_at is not None for event in events)


async def _merge_into(
    connection: Connection, records: Sequence[ActivityRecord], by_key: EventsByKey, definitions: Definitions
) -> tuple[list[ActivityRecord], list[Change]]:
    """Merge the batch into locked activities. Returns them as they are now, and those that it changed."""
    merged = [(record, merged_record(record, by_key[record.key_of_whole], definitions)) for record in records]
    changed = [(before.rep_day, after) for before, after in merged if after is not before]
    if changed:
        await update_activities(connection, [after for _, after in changed])
    return [after for _, after in merged], changed


async def _add_parts(
    connection: Connection,
    parts: Mapping[ActivityKey, ActivityRecord],
    by_key: EventsByKey,
    definitions: Definitions,
    *,
    now: datetime,
) -> list[Change]:
    """Store parts that the batch made. One that another transaction added meanwhile, or that outlived its whole, is merged."""
    inserted = await insert_activities(connection, list(parts.values()), now=now)
    changes: list[Change] = [(None, part) for key, part in parts.items() if key in inserted]
    if known := parts.keys() - inserted:
        _, changed = await _merge_into(connection, await lock_activities(connection, known), by_key, definitions)
        changes += changed
    return changes


def _causes(changes: Sequence[Change], by_key: EventsByKey) -> dict[RepDay, Cause]:
    """Why each touched day is counted again: the newest trace, and history only if all of its observations are."""
    events_by_day: dict[RepDay, list[ObservedEvent]] = {}
    for before, record in changes:
        for rep_day in {before, record.rep_day}:
            if rep_day is not None:
                events_by_day.setdefault(rep_day, []).extend(by_key[record.key_of_whole])
    return {
        rep_day: Cause(traceparent=events[-1].traceparent, is_history=all(event.is_history for event in events))
        for rep_day, events in events_by_day.items()
    }
