"""The tables of scoring as typed rows. Every statement stands in queries.sql; none is sent per row."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from services.scoring.domain.counting import Place
from services.scoring.domain.day import Day, DayState, Definitions, Tally
from services.scoring.domain.definition_files import read_playbooks, read_roster
from services.scoring.domain.derivation import Derived
from services.scoring.domain.facts import FactStates
from services.scoring.domain.playbook import Playbooks
from services.scoring.domain.roster import NOBODY
from services.scoring.report import Announcement
from shared.postgres import Connection, Queries

SCHEMA: Final = "scoring"
MIGRATIONS: Final = Path(__file__).with_name("migrations")
QUERIES: Final = Queries(Path(__file__).with_name("queries.sql"))
_CURSOR_ROWS: Final = 5_000
_states_decoder: Final = msgspec.json.Decoder(FactStates)
_counts_decoder: Final = msgspec.json.Decoder(dict[str, int])

ActivityKey = tuple[str, str, str]
"""Source, account, activity id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivityRow:
    """An activity's facts and what follows from them."""

    key: ActivityKey
    states: FactStates
    derived: Derived


class DefinitionsCache:
    """The definitions in force, read anew only when their version has changed."""

    def __init__(self) -> None:
        self._known: Definitions | None = None

    async def share(self, connection: Connection) -> Definitions:
        """The definitions, which stay in force until the transaction ends."""
        await connection.execute(QUERIES["share_definitions"])
        return await self.read(connection)

    async def read(self, connection: Connection) -> Definitions:
        version = await connection.fetchval(QUERIES["find_definitions_version"])
        if self._known is None or self._known.version != version:
            self._known = await _read_definitions(connection, version)
        return self._known


async def _read_definitions(connection: Connection, version: int) -> Definitions:
    body = await connection.fetchval(QUERIES["find_roster"])
    rows = await connection.fetch(QUERIES["list_playbooks"])
    files = {row["body"]: read_playbooks(row["body"], file="stored playbook") for row in rows}
    wanted = {(row["team"], row["effective_from"]): row["body"] for row in rows}
    versions = [
        playbook
        for body_text, playbooks in files.items()
        for playbook in playbooks
        if wanted.get((playbook.team, playbook.effective_from)) == body_text
    ]
    roster = read_roster(body, file="stored roster") if body else NOBODY
    return Definitions(version=version, roster=roster, playbooks=Playbooks(versions))


async def lock_definitions(connection: Connection) -> None:
    """Keep everybody from placing and counting until the transaction ends."""
    await connection.execute(QUERIES["lock_definitions"])


async def claim_activities(connection: Connection, keys: Collection[ActivityKey]) -> list[ActivityRow]:
    """The rows of these activities, made where they are missing, and locked until the transaction ends."""
    sources, accounts, ids = (list(column) for column in zip(*keys, strict=True))
    rows = await connection.fetch(QUERIES["claim_activities"], sources, accounts, ids)
    return [_activity(row) for row in rows]


async def update_activities(connection: Connection, rows: Sequence[ActivityRow]) -> None:
    await connection.execute(
        QUERIES["update_activities"],
        [row.key[0] for row in rows],
        [row.key[1] for row in rows],
        [row.key[2] for row in rows],
        [msgspec.json.encode(row.states).decode() for row in rows],
        [row.derived.place.rep_id if row.derived.place else None for row in rows],
        [row.derived.place.day if row.derived.place else None for row in rows],
        [row.derived.started_at for row in rows],
        [" ".join(row.derived.counted) for row in rows],
    )


async def list_activities(connection: Connection) -> AsyncIterator[list[ActivityRow]]:
    """Every activity, in chunks. Needs a transaction."""
    cursor = await connection.cursor(QUERIES["list_activities"])
    while rows := await cursor.fetch(_CURSOR_ROWS):
        yield [_activity(row) for row in rows]


async def list_activities_of(connection: Connection, place: Place) -> list[ActivityRow]:
    return [_activity(row) for row in await connection.fetch(QUERIES["list_activities_of_day"], *place)]


async def claim_days(connection: Connection, wanted: Iterable[tuple[Place, DayState]]) -> list[Day]:
    """These days, made in the given state where they are missing, and locked until the transaction ends."""
    places = list(wanted)
    rows = await connection.fetch(
        QUERIES["claim_days"],
        [place.rep_id for place, _ in places],
        [place.day for place, _ in places],
        [state for _, state in places],
    )
    return [_day(row) for row in rows]


async def recount_days(connection: Connection, places: Collection[Place]) -> dict[Place, Tally]:
    """What counts on these days, from the activities as they are now. Days with nothing are left out."""
    rows = await connection.fetch(QUERIES["recount_days"], [place.rep_id for place in places], [place.day for place in places])
    counts: dict[Place, dict[str, int]] = {}
    first: dict[Place, datetime] = {}
    for row in rows:
        place = Place(row["rep_id"], row["day"])
        counts.setdefault(place, {})[row["key"]] = row["times"]
        first[place] = min(first.get(place, row["first_at"]), row["first_at"])
    return {place: Tally(counts=counts[place], first_counted_at=first[place]) for place in counts}


async def update_days(connection: Connection, days: Sequence[Day]) -> None:
    await connection.execute(
        QUERIES["update_days"],
        [day.rep_id for day in days],
        [day.day for day in days],
        [day.state for day in days],
        [msgspec.json.encode(day.tally.counts, order="sorted").decode() for day in days],
        [day.score for day in days],
        [day.tally.first_counted_at for day in days],
        [day.revision for day in days],
    )


async def list_all_days(connection: Connection) -> AsyncIterator[list[Day]]:
    """Every day, in chunks. Needs a transaction."""
    cursor = await connection.cursor(QUERIES["list_all_days"])
    while rows := await cursor.fetch(_CURSOR_ROWS):
        yield [_day(row) for row in rows]


async def enqueue_reports(connection: Connection, announcements: Sequence[Announcement]) -> None:
    """Put reports into the outbox, in this order."""
    await connection.execute(
        QUERIES["enqueue_reports"],
        [one.event_id for one in announcements],
        [one.event_type for one in announcements],
        [f"{one.report.rep.id}/{one.report.day}" for one in announcements],
        [one.report.model_dump_json() for one in announcements],
        [one.traceparent for one in announcements],
        [one.at for one in announcements],
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


def _activity(row: "asyncpg.Record | dict[str, Any]") -> ActivityRow:
    return ActivityRow(
        key=(row["source"], row["account"], row["activity_id"]),
        states=_states_decoder.decode(row["states"]),
        derived=Derived(
            Place(row["rep_id"], row["day"]) if row["rep_id"] is not None else None,
            row["started_at"],
            tuple(row["counted"]),
        ),
    )


def _day(row: "asyncpg.Record | dict[str, Any]") -> Day:
    return Day(
        rep_id=row["rep_id"],
        day=row["day"],
        state=row["state"],
        tally=Tally(counts=read_counts(row["counts"]), first_counted_at=row["first_counted_at"]),
        score=row["score"],
        revision=row["revision"],
    )
