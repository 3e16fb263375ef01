"""Days in Postgres: one row per rep and day."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import asyncpg
import msgspec

from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Day, DayState, Tally
from shared.events import BehaviourKey, GoalKey, RepId
from shared.postgres.outbox import LEASE_S, EventLeases, EventRow, OutboxEvent, event_row
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import columns_of

_QUERIES: Final = Queries.beside(__file__)
_CURSOR_ROWS: Final = 5_000
_counts_decoder: Final = msgspec.json.Decoder(dict[BehaviourKey, int])
_goals_decoder: Final = msgspec.json.Decoder(dict[GoalKey, int])


async def insert_days(connection: Connection, states: Sequence[tuple[RepDay, DayState]]) -> None:
    """Store the days that are missing, each in the given state."""
    rep_ids, days = rep_day_columns([rep_day for rep_day, _ in states])
    await connection.execute(_QUERIES["insert_days"], rep_ids, days, [state for _, state in states])


async def claim_days(
    connection: Connection, states: Sequence[tuple[RepDay, DayState]], *, only_assigned: bool = False
) -> list[Day]:
    """These days, locked until the transaction ends. Missing ones are stored first, each in the given state. With
    `only_assigned`, days of reps whose activities wait to be reassigned are left out."""
    columns = *rep_day_columns([rep_day for rep_day, _ in states]), [state for _, state in states], only_assigned
    rows = await connection.fetch(_QUERIES["claim_days"], *columns)
    if len(rows) < len(states):
        rows = await connection.fetch(_QUERIES["claim_days"], *columns)
    return [day_from(row) for row in rows]


async def update_days(connection: Connection, days: Sequence[Day]) -> None:
    await connection.execute(_QUERIES["update_days"], *_day_columns(days))


def _day_columns(days: Sequence[Day]) -> list[list[object]]:
    return [
        [day.rep_id for day in days],
        [day.day for day in days],
        [day.state for day in days],
        [counts_text(day.tally.counts) for day in days],
        [counts_text(day.tally.goals) for day in days],
        [day.score for day in days],
        [day.tally.first_counted_at for day in days],
        [day.revision for day in days],
    ]


async def update_reported_days(
    connection: Connection, days: Sequence[Day], events: Sequence[OutboxEvent], leases: EventLeases
) -> None:
    """As `update_days`, and puts the reports of these days into the outbox in the same statement, under leases."""
    rows = [event_row(event) for event in events]
    columns = columns_of(rows) if rows else [[] for _ in EventRow._fields]
    stored = await connection.fetch(_QUERIES["update_reported_days"], *_day_columns(days), *columns, LEASE_S)
    leases.add([row["id"] for row in stored], rows)


async def list_open_days(connection: Connection, rep_ids: Collection[RepId]) -> list[RepDay]:
    """The days of these reps that are open."""
    rows = await connection.fetch(_QUERIES["list_open_days"], list(rep_ids))
    return [RepDay(row["rep_id"], row["day"]) for row in rows]


async def list_scores(connection: Connection, rep_days: Sequence[RepDay]) -> dict[RepDay, Decimal | None]:
    """The stored scores of these days; days that are not stored are left out."""
    rows = await connection.fetch(_QUERIES["list_scores"], *rep_day_columns(rep_days))
    return {RepDay(row["rep_id"], row["day"]): row["score"] for row in rows}


async def list_all_days(connection: Connection) -> AsyncIterator[list[Day]]:
    """Every day, in chunks. Needs a transaction."""
    cursor = await connection.cursor(_QUERIES["list_all_days"])
    while rows := await cursor.fetch(_CURSOR_ROWS):
        yield [day_from(row) for row in rows]


def rep_day_columns(rep_days: Sequence[RepDay]) -> tuple[list[RepId], list[date]]:
    """Days as the two columns that queries take."""
    return [rep_day.rep_id for rep_day in rep_days], [rep_day.day for rep_day in rep_days]


def day_from(row: asyncpg.Record) -> Day:
    """A day from a row with the columns of `claim_days`."""
    return make_day(*row)


def make_day(
    rep_id: RepId,
    day: date,
    state: DayState,
    counts: str,
    goals: str,
    score: Decimal | None,
    first_counted_at: datetime | None,
    revision: int,
) -> Day:
    """A day from its columns."""
    tally = Tally(counts=read_counts(counts), first_counted_at=first_counted_at, goals=_goals_decoder.decode(goals))
    return Day(rep_id=rep_id, day=day, state=state, tally=tally, score=score, revision=revision)


def read_counts(text: str) -> dict[BehaviourKey, int]:
    """The counts of a day from the text of their column."""
    return _counts_decoder.decode(text)


def counts_text(counts: Mapping[BehaviourKey, int] | Mapping[GoalKey, int]) -> str:
    """The text of a column of counts."""
    return msgspec.json.encode(counts, order="sorted").decode()
