"""The tables of scoring as typed rows. Every statement stands in queries.sql; none is sent per row."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from services.scoring.days.day_report import Announcement
from services.scoring.definitions.announcement_event import PlaybookEvent
from services.scoring.domain.activities.activity_record import Derived
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.activities.fact_states import FactStates
from services.scoring.domain.day import Day, DayState, Tally
from services.scoring.domain.playbook.bindings import Announced, Notice
from services.scoring.domain.roster.roster import Rep
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

SCHEMA: Final = "scoring"
MIGRATIONS: Final = Path(__file__).with_name("migrations")
QUERIES: Final = Queries(Path(__file__).with_name("queries.sql"))
_CURSOR_ROWS: Final = 5_000
_states_decoder: Final = msgspec.json.Decoder(FactStates)
_counts_decoder: Final = msgspec.json.Decoder(dict[str, int])

ActivityKey = tuple[str, str, str]
"""Source, account, activity id."""


class ActivityRow(msgspec.Struct, frozen=True, kw_only=True):
    """An activity's facts and what follows from them."""

    key: ActivityKey
    states: FactStates
    derived: Derived


Spans = Sequence[tuple[str, date, date]]
"""Days of reps, from one date to another, both included."""


async def insert_activities(connection: Connection, rows: Sequence[ActivityRow]) -> set[ActivityKey]:
    """Keep those that are new. Returns which they were; the others were there already."""
    made = await connection.fetch(QUERIES["insert_activities"], *_columns(rows))
    return {(row["source"], row["account"], row["activity_id"]) for row in made}


async def lock_activities(connection: Connection, keys: Collection[ActivityKey]) -> list[ActivityRow]:
    """These activities, locked until the transaction ends."""
    sources, accounts, ids = (list(column) for column in zip(*keys, strict=True))
    return [_activity(row) for row in await connection.fetch(QUERIES["lock_activities"], sources, accounts, ids)]


async def lock_activities_of_reps(connection: Connection, reps: Mapping[str, Rep | None]) -> list[ActivityRow]:
    """All activities that are these reps', or may be by who did them, locked until the transaction ends."""
    identities = {(one.source, one.user) for rep in reps.values() if rep is not None for one in rep.identities}
    sources, users = [source for source, _ in identities], [user for _, user in identities]
    rows = await connection.fetch(QUERIES["lock_activities_of_reps"], list(reps), sources, users)
    return [_activity(row) for row in rows]


async def update_activities(connection: Connection, rows: Sequence[ActivityRow]) -> None:
    await connection.execute(QUERIES["update_activities"], *_columns(rows))


def _columns(rows: Sequence[ActivityRow]) -> list[list[Any]]:
    keys = zip(*[row.key for row in rows], strict=True)
    places, *facts = zip(*[row.derived for row in rows], strict=True)
    states = [msgspec.json.encode(row.states).decode() for row in rows]
    return [
        *[list(column) for column in keys],
        states,
        *[list(column) if column.count(None) < len(column) else [] for column in facts],  # unnest fills up with NULL
        [place and place.rep_id for place in places],
        [place and place.day for place in places],
    ]


async def list_activities(connection: Connection, query: str) -> AsyncIterator[list[ActivityRow]]:
    """The activities that a query lists, in chunks. Needs a transaction."""
    cursor = await connection.cursor(QUERIES[query])
    while rows := await cursor.fetch(_CURSOR_ROWS):
        yield [_activity(row) for row in rows]


async def list_activities_of(connection: Connection, place: Place) -> list[ActivityRow]:
    return [_activity(row) for row in await connection.fetch(QUERIES["list_activities_of_day"], *place)]


async def insert_days(connection: Connection, wanted: Sequence[tuple[Place, DayState]]) -> None:
    """Make those that are missing, in the given state."""
    columns = [place.rep_id for place, _ in wanted], [place.day for place, _ in wanted], [state for _, state in wanted]
    await connection.execute(QUERIES["insert_days"], *columns)


async def claim_days(connection: Connection, wanted: Sequence[tuple[Place, DayState]]) -> list[Day]:
    """These days, made in the given state where they are missing, and locked until the transaction ends."""
    await insert_days(connection, wanted)
    columns = [place.rep_id for place, _ in wanted], [place.day for place, _ in wanted]
    return [_day(row) for row in await connection.fetch(QUERIES["lock_days"], *columns)]


async def find_first_to_rescore(connection: Connection, spans: Spans) -> date | None:
    """The earliest day that there is in these spans."""
    first: date | None = await connection.fetchval(QUERIES["find_first_to_rescore"], *_columns_of(spans))
    return first


async def lock_days_to_rescore(connection: Connection, spans: Spans, *, first: date, before: date) -> list[Day]:
    """The days in these spans from one date to before another, locked until the transaction ends."""
    rows = await connection.fetch(QUERIES["lock_days_to_rescore"], *_columns_of(spans), first, before)
    return [_day(row) for row in rows]


async def lock_long_past_days(connection: Connection, spans: Spans, *, first: date, before: date) -> list[Place]:
    """As `lock_days_to_rescore`, without what they hold."""
    rows = await connection.fetch(QUERIES["lock_long_past_days"], *_columns_of(spans), first, before)
    return [Place(*row) for row in rows]


async def update_days(connection: Connection, days: Sequence[Day]) -> None:
    await connection.execute(
        QUERIES["update_days"],
        [day.rep_id for day in days],
        [day.day for day in days],
        [day.state for day in days],
        [_counts_text(day.tally.counts) for day in days],
        [_counts_text(day.tally.goals) for day in days],
        [day.score for day in days],
        [day.tally.first_counted_at for day in days],
        [day.revision for day in days],
    )


async def update_long_past_days(
    connection: Connection,
    rows: Sequence[tuple[str, date, datetime | None, int]],
    results: Sequence[tuple[Tally, Decimal | None]],
) -> None:
    """Rep, day, when the first that counts began, and which of the results the day came to."""
    await connection.execute(
        QUERIES["update_long_past_days"],
        *[list(column) for column in zip(*rows, strict=True)],
        [_counts_text(tally.counts) for tally, _ in results],
        [_counts_text(tally.goals) for tally, _ in results],
        [score for _, score in results],
    )


async def list_scores_of(connection: Connection, places: Sequence[Place]) -> dict[Place, Decimal | None]:
    """The scores of these days as they are stored."""
    columns = [place.rep_id for place in places], [place.day for place in places]
    rows = await connection.fetch(QUERIES["list_scores_of"], *columns)
    return {Place(row["rep_id"], row["day"]): row["score"] for row in rows}


async def list_all_days(connection: Connection) -> AsyncIterator[list[Day]]:
    """Every day, in chunks. Needs a transaction."""
    cursor = await connection.cursor(QUERIES["list_all_days"])
    while rows := await cursor.fetch(_CURSOR_ROWS):
        yield [_day(row) for row in rows]


async def enqueue_events(connection: Connection, events: Sequence[Announcement | PlaybookEvent]) -> None:
    """Put events into the outbox, in this order."""
    await connection.execute(
        QUERIES["enqueue_events"],
        [one.event_id for one in events],
        [one.event_type for one in events],
        [one.subject for one in events],
        [one.body.model_dump_json() for one in events],
        [one.traceparent for one in events],
        [one.at for one in events],
    )


async def list_announcements(connection: Connection, rep_ids: Collection[str]) -> dict[tuple[str, int], Announced]:
    """What was announced to these reps, by rep and version."""
    rows = await connection.fetch(QUERIES["list_announcements_of"], list(rep_ids))
    return {
        (row["rep_id"], row["version"]): Announced(first=row["binds_from"], times=row["times"], withdrawn=row["withdrawn"])
        for row in rows
    }


async def merge_announcements(connection: Connection, given: Sequence[Notice], *, now: datetime) -> None:
    await connection.execute(
        QUERIES["merge_announcements"],
        [one.rep_id for one in given],
        [one.version for one in given],
        [one.first for one in given],
        [one.times for one in given],
        [one.binding is None for one in given],
        now,
    )


async def list_progress(connection: Connection) -> dict[str, tuple[date, date | None]]:
    """By rep: the latest day that was opened, and the oldest that still is."""
    rows = await connection.fetch(QUERIES["list_progress"])
    return {row["rep_id"]: (row["opened_day"], row["oldest_open_day"]) for row in rows}


async def claim_progress(connection: Connection, before_first: dict[str, date]) -> dict[str, date]:
    """The latest opened day of these reps, locked; a rep not known yet stands at the day given for them."""
    rows = await connection.fetch(QUERIES["claim_progress"], list(before_first), list(before_first.values()))
    return {row["rep_id"]: row["opened_day"] for row in rows}


async def update_progress(connection: Connection, opened: dict[str, date]) -> None:
    await connection.execute(QUERIES["update_progress"], list(opened), list(opened.values()))


async def list_open_days(connection: Connection, rep_ids: Collection[str]) -> list[Place]:
    rows = await connection.fetch(QUERIES["list_open_days"], list(rep_ids))
    return [Place(row["rep_id"], row["day"]) for row in rows]


async def find_outbox_state(pool: asyncpg.Pool) -> tuple[int, datetime | None]:
    """How many reports are not published yet, and when the oldest of them was made."""
    row = await pool.fetchrow(QUERIES["find_outbox_state"])
    return (row["waiting"], row["oldest_at"]) if row is not None else (0, None)


def read_counts(text: str) -> dict[str, int]:
    """The counts of a day as they stand in their column."""
    return _counts_decoder.decode(text)


def _columns_of(spans: Spans) -> list[list[Any]]:
    return [list(column) for column in zip(*spans, strict=True)]


def _counts_text(counts: Mapping[str, int]) -> str:
    return msgspec.json.encode(counts, order="sorted").decode()


def _activity(row: asyncpg.Record) -> ActivityRow:
    source, account, activity_id, states, *facts, rep_id, day = row
    where = Place(rep_id, day) if rep_id is not None else None
    return ActivityRow(
        key=(source, account, activity_id), states=_states_decoder.decode(states), derived=Derived(where, *facts)
    )


def _day(row: asyncpg.Record) -> Day:
    rep_id, day, state, counts, goals, score, first_counted_at, revision = row
    tally = Tally(counts=read_counts(counts), first_counted_at=first_counted_at, goals=read_counts(goals))
    return Day(rep_id=rep_id, day=day, state=state, tally=tally, score=score, revision=revision)
