"""Activities in Postgres: one row per activity. The columns of facts follow from the fact catalogue."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from services.scoring.days.days import make_day, rep_day_columns
from services.scoring.domain.activities.activity import Activity
from services.scoring.domain.activities.activity_record import ActivityKey, ActivityRecord
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.activities.statements import FactStates, has_history
from services.scoring.domain.day import Day, DayState
from services.scoring.domain.roster.roster import Identity
from shared.events import RepId
from shared.facts import ACTOR, STORED_FACTS
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_FIXED_COLUMNS: Final = 9
"""Source, account, activity id, the activity of which it is a part, states, whether they keep earlier owners, deleted, rep and
day, in front of the facts."""

_COLUMNS: Final = [(fact.name, fact.column.sql_type) for fact in STORED_FACTS if fact.column is not None]
_AFTER_COLUMNS: Final = _FIXED_COLUMNS + len(_COLUMNS)
_QUERIES: Final = Queries.beside(
    __file__,
    fact_columns=", ".join(name for name, _ in _COLUMNS),
    fact_columns_of_a=", ".join(f"a.{name}" for name, _ in _COLUMNS),
    fact_assignments=", ".join(f"{name} = new.{name}" for name, _ in _COLUMNS),
    fact_arrays=", ".join(f"${number}::{sql_type}[]" for number, (_, sql_type) in enumerate(_COLUMNS, _FIXED_COLUMNS + 1)),
    stored_on=f"${_AFTER_COLUMNS + 1}::date",
    version=f"${_AFTER_COLUMNS + 2}::integer",
    day_arrays=f"${_AFTER_COLUMNS + 3}::text[], ${_AFTER_COLUMNS + 4}::date[], ${_AFTER_COLUMNS + 5}::text[]",
)
_CURSOR_ROWS: Final = 5_000
_states_decoder: Final = msgspec.json.Decoder(FactStates)


async def insert_activities(connection: Connection, records: Sequence[ActivityRecord], *, now: datetime) -> set[ActivityKey]:
    """Store new activities. Returns the keys of those that were new."""
    rows = await connection.fetch(_QUERIES["insert_activities"], *_columns(records), now.date())
    return {(row["source"], row["account"], row["activity_id"]) for row in rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class SmallBatch:
    """The version of the definitions that are shared now, and the keys of the activities that were new. `days` are the days
    that were claimed: none unless all activities were new."""

    version: int
    keys: set[ActivityKey]
    days: Sequence[Day]


async def insert_small_batch(
    connection: Connection,
    records: Sequence[ActivityRecord],
    states: Sequence[tuple[RepDay, DayState]],
    *,
    version: int,
    now: datetime,
) -> SmallBatch:
    """Share the definitions, store a few new activities and claim their days, in one statement. If the definitions are not of
    this version, they are only shared. A claimed day is left out as `claim_days` says."""
    days = *rep_day_columns([rep_day for rep_day, _ in states]), [state for _, state in states]
    rows = await connection.fetch(_QUERIES["insert_small_batch"], *_columns(records), now.date(), version, *days)
    shared, sources, accounts, ids = list(rows[0].values())[:4]
    return SmallBatch(
        version=shared,
        keys=set(zip(sources or (), accounts or (), ids or (), strict=True)),
        days=[make_day(*list(row.values())[4:]) for row in rows if row["rep_id"] is not None],
    )


async def lock_activities(
    connection: Connection, keys: Collection[ActivityKey], *, with_parts_of: Collection[ActivityKey] = ()
) -> list[ActivityRecord]:
    """These activities, and all parts of some of them, locked until the transaction ends."""
    wanted = set(keys)
    if with_parts_of:
        parts = await connection.fetch(_QUERIES["list_parts"], *_key_columns(with_parts_of))
        wanted |= {(row["source"], row["account"], row["activity_id"]) for row in parts}
    rows = await connection.fetch(_QUERIES["lock_activities"], *_key_columns(wanted))
    return [_record(row) for row in rows]


async def list_activities_with_parts(connection: Connection, keys: Collection[ActivityKey]) -> list[ActivityRecord]:
    """These activities, and all of their parts, without a lock."""
    rows = await connection.fetch(_QUERIES["list_activities_with_parts"], *_key_columns(keys))
    return [_record(row) for row in rows]


def _key_columns(keys: Collection[ActivityKey]) -> list[list[str]]:
    sources, accounts, ids = ([str(key[column]) for key in keys] for column in range(3))
    return [sources, accounts, ids]


async def list_reps_with_activities(
    connection: Connection, rep_ids: Collection[RepId], owners: Collection[tuple[RepId, Identity]]
) -> set[RepId]:
    """Which of these reps have activities, or have an identity whose user has some."""
    rows = await connection.fetch(
        _QUERIES["list_reps_with_activities"],
        list(rep_ids),
        [rep_id for rep_id, _ in owners],
        [identity.source for _, identity in owners],
        [identity.user for _, identity in owners],
    )
    return {row["rep_id"] for row in rows}


async def lock_activities_of_reps(
    connection: Connection, rep_ids: Collection[RepId], identities: Collection[Identity]
) -> list[ActivityRecord]:
    """All activities that belong to these reps, or may belong to somebody with these identities, locked until the transaction
    ends."""
    users = {(identity.source, identity.user) for identity in identities}
    rows = await connection.fetch(
        _QUERIES["lock_activities_of_reps"], list(rep_ids), [source for source, _ in users], [user for _, user in users]
    )
    return [_record(row) for row in rows]


async def update_activities(connection: Connection, records: Sequence[ActivityRecord]) -> None:
    await connection.execute(_QUERIES["update_activities"], *_columns(records))


async def list_activities_of_day(connection: Connection, rep_day: RepDay) -> list[ActivityRecord]:
    """In the order in which they began."""
    rows = await connection.fetch(_QUERIES["list_activities_of_day"], rep_day.rep_id, rep_day.day)
    return [_record(row) for row in rows]


async def list_all_activities(connection: Connection) -> AsyncIterator[list[ActivityRecord]]:
    """Every activity, in chunks: first day by day those that belong to a rep's day, then all others. Needs a transaction."""
    for query in ("list_assigned_activities", "list_unassigned_activities"):
        cursor = await connection.cursor(_QUERIES[query])
        while rows := await cursor.fetch(_CURSOR_ROWS):
            yield [_record(row) for row in rows]


def _columns(records: Sequence[ActivityRecord]) -> list[list[object]]:
    """The arguments of queries that write activities."""
    keys = zip(*[record.key for record in records], strict=True)
    facts = zip(*[record.activity.values for record in records], strict=True)
    return [
        *[list(column) for column in keys],
        [record.part_of for record in records],
        [msgspec.json.encode(record.states).decode() for record in records],
        [has_history(record.states, ACTOR.name) for record in records],
        [record.activity.is_deleted for record in records],
        [record.rep_day and record.rep_day.rep_id for record in records],
        [record.rep_day and record.rep_day.day for record in records],
        *[list(column) if column.count(None) < len(column) else [] for column in facts],  # unnest fills up with NULL
    ]


def _record(row: asyncpg.Record) -> ActivityRecord:
    source, account, activity_id, part_of, states, is_deleted, rep_id, day, *values = row
    return ActivityRecord(
        key=(source, account, activity_id),
        part_of=part_of,
        states=_states_decoder.decode(states),
        activity=Activity(is_deleted=is_deleted, values=tuple(values)),
        rep_day=RepDay(rep_id, day) if rep_id is not None else None,
    )
