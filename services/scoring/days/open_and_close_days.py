"""Open and close days as midnight passes for each rep, also those whose midnight passed while scoring was down."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg
import msgspec

from services.scoring.days.cause import Cause
from services.scoring.days.days import claim_days, list_open_days, update_days
from services.scoring.days.last_opened_days import (
    OpenedDays,
    claim_last_opened_days,
    list_opened_days,
    update_last_opened_days,
)
from services.scoring.days.score_days import DayEvent, report_days
from services.scoring.definitions.announce_playbooks import announce_playbooks
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import list_pending_rescores
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import Day
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.calendar import rep_day_end, rep_day_of
from services.scoring.domain.roster.roster import Rep
from shared.event_types import DAY_CLOSED, DAY_OPENED
from shared.events import RepId
from shared.postgres.pool import Connection

_ONE_DAY: Final = timedelta(days=1)
_MISSED_DAYS_MAX: Final = 400
_REPS_AT_ONCE: Final = 500
_MIDNIGHT: Final = Cause()


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedAndClosed:
    """How many days were opened, and how many were closed."""

    opened: int
    closed: int


async def open_and_close_days(
    pool: asyncpg.Pool, cache: DefinitionsCache, rep_ids: Collection[RepId] | None = None, *, now: datetime
) -> OpenedAndClosed:
    """Open every day of these reps, or of all, that has begun, and close every day that has ended. Repeated, or done by two
    replicas at once, it happens once. Many reps take several transactions, so that nobody waits for all of them."""
    opened = closed = 0
    async with pool.acquire() as connection:
        due = await _list_reps_due(connection, await cache.read(connection), rep_ids, now=now)
    for first in range(0, len(due), _REPS_AT_ONCE):
        async with pool.acquire() as connection, connection.transaction():
            definitions = await cache.share(connection)
            days = await _open_and_close_days(connection, definitions, due[first : first + _REPS_AT_ONCE], now=now)
        opened, closed = opened + days.opened, closed + days.closed
    return OpenedAndClosed(opened=opened, closed=closed)


async def _list_reps_due(
    connection: Connection, definitions: Definitions, rep_ids: Collection[RepId] | None, *, now: datetime
) -> list[RepId]:
    reps = definitions.roster.reps
    asked = reps.values() if rep_ids is None else [reps[rep_id] for rep_id in rep_ids if rep_id in reps]
    return list_reps_due(asked, await list_opened_days(connection, rep_ids), now=now)


async def _open_and_close_days(
    connection: Connection, definitions: Definitions, rep_ids: Collection[RepId], *, now: datetime
) -> OpenedAndClosed:
    due = await _list_reps_due(connection, definitions, rep_ids, now=now)
    pending = await list_pending_rescores(connection, due) if due else set()
    due = [rep_id for rep_id in due if rep_id not in pending]  # a day must be opened with its right score
    if not due:
        return OpenedAndClosed(opened=0, closed=0)
    reps = definitions.roster.reps
    today = {rep_id: rep_day_of(reps[rep_id], now) for rep_id in due}
    last_opened = await claim_last_opened_days(connection, {rep_id: today[rep_id] - _ONE_DAY for rep_id in due})
    to_open = {
        RepDay(rep_id, day)
        for rep_id in due
        for day in _days_after(last_opened[rep_id], today[rep_id])
        if reps[rep_id].is_employed_on(day)
    }
    to_close = set(await list_open_days(connection, due))
    days = await claim_days(connection, [(rep_day, "future") for rep_day in sorted(to_open | to_close)])
    events = [event for day in days for event in _events(day, definitions, opens=day.rep_day in to_open, now=now)]
    await update_days(connection, list({event.day.rep_day: event.day for event in events}.values()))
    await report_days(connection, definitions, events, now=now)
    await announce_playbooks(connection, definitions, due, now=now)
    await update_last_opened_days(connection, {rep_id: max(today[rep_id], last_opened[rep_id]) for rep_id in due})
    opened = sum(event.event_type is DAY_OPENED for event in events)
    return OpenedAndClosed(opened=opened, closed=len(events) - opened)


def list_reps_due(reps: Iterable[Rep], opened: Mapping[RepId, OpenedDays], *, now: datetime) -> list[RepId]:
    """Which of these reps have days to open or to close, sorted."""

    def is_due(rep: Rep) -> bool:
        if rep.id not in opened:
            return True
        days = opened[rep.id]
        return days.latest < rep_day_of(rep, now) or (
            days.oldest_open is not None and rep_day_end(rep, days.oldest_open) <= now
        )

    return sorted(rep.id for rep in reps if is_due(rep))


def next_midnight(definitions: Definitions, *, now: datetime) -> datetime | None:
    """When the next day of any rep begins; None if there are no reps."""
    reps = {rep.terms: rep for rep in definitions.roster.reps.values()}  # reps with equal terms share their midnights
    return min((rep_day_end(rep, rep_day_of(rep, now)) for rep in reps.values()), default=None)


def _days_after(last_opened: date, today: date) -> list[date]:
    """The days to open, in order, up to and including today. After a very long time the oldest are skipped."""
    missed = min((today - last_opened).days, _MISSED_DAYS_MAX)
    return [today - timedelta(days=back) for back in reversed(range(missed))]


def _events(day: Day, definitions: Definitions, *, opens: bool, now: datetime) -> list[DayEvent]:
    """What happens to the day: it is opened, or closed, or both if it passed while scoring was down."""
    events: list[DayEvent] = []
    if opens and day.state == "future":
        score = definitions.shown_score(day.rep_id, day.day, day.tally.counts)
        day = msgspec.structs.replace(day, state="open", score=score, revision=day.revision + 1)
        events.append(DayEvent(day, _MIDNIGHT, DAY_OPENED))
    if day.state == "open" and rep_day_end(definitions.roster.reps[day.rep_id], day.day) <= now:
        day = msgspec.structs.replace(day, state="closed", revision=day.revision + 1)
        events.append(DayEvent(day, _MIDNIGHT, DAY_CLOSED))
    return events
