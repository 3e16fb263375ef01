"""Open and close days as each rep's own midnight passes, also those that passed while nobody was here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.scoring import store
from services.scoring.domain.calendar import rep_day_end, rep_day_of
from services.scoring.domain.counting import Place
from services.scoring.domain.day import Day, Definitions
from services.scoring.domain.roster import Rep
from services.scoring.report import Announcement
from services.scoring.score_days import Cause, announce
from services.scoring.store import DefinitionsCache
from shared.events import DAY_CLOSED, DAY_OPENED
from shared.postgres import Connection

_ONE_DAY: Final = timedelta(days=1)
_MISSED_DAYS_MAX: Final = 400
_NOBODY_ASKED: Final = Cause()

Progress = Mapping[str, tuple[date, date | None]]
"""By rep: the latest day that was opened, and the oldest that still is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned:
    opened: int
    closed: int


async def turn_days(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> Turned:
    """Open every day that has begun and close every one that has ended. Done twice, or by two replicas, it happens once."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        return await turn_days_within(connection, definitions, now=now)


async def turn_days_within(connection: Connection, definitions: Definitions, *, now: datetime) -> Turned:
    """As `turn_days`, in a transaction that shares or locks the definitions already."""
    due = reps_due(definitions, await store.list_progress(connection), now=now)
    if not due:
        return Turned(opened=0, closed=0)
    reps = definitions.roster.reps
    today = {rep_id: rep_day_of(reps[rep_id], now) for rep_id in due}
    opened_until = await store.claim_progress(connection, {rep_id: today[rep_id] - _ONE_DAY for rep_id in due})
    to_open = {
        Place(rep_id, day)
        for rep_id in due
        for day in _days_after(opened_until[rep_id], today[rep_id])
        if reps[rep_id].is_employed_on(day)
    }
    still_open = set(await store.list_open_days(connection, due))
    days = await store.claim_days(connection, [(place, "future") for place in sorted(to_open | still_open)])
    turned, announcements = [], []
    for day in days:
        fresh, said = _turned(day, definitions, opens=day.place in to_open, now=now)
        turned.append(fresh)
        announcements += said
    await store.update_days(connection, turned)
    if announcements:
        await store.enqueue_reports(connection, announcements)
    await store.update_progress(connection, {rep_id: max(today[rep_id], opened_until[rep_id]) for rep_id in due})
    opened = sum(one.event_type == DAY_OPENED for one in announcements)
    return Turned(opened=opened, closed=len(announcements) - opened)


def reps_due(definitions: Definitions, progress: Progress, *, now: datetime) -> list[str]:
    """Whose days have to be opened or closed, in order."""

    def is_due(rep: Rep) -> bool:
        if rep.id not in progress:
            return True
        opened, oldest_open = progress[rep.id]
        return opened < rep_day_of(rep, now) or (oldest_open is not None and rep_day_end(rep, oldest_open) <= now)

    return sorted(rep.id for rep in definitions.roster.reps.values() if is_due(rep))


def next_turn(definitions: Definitions, *, now: datetime) -> datetime | None:
    """When the next day of any rep begins; None when there are no reps."""
    reps = {rep.terms: rep for rep in definitions.roster.reps.values()}  # one for each way in which days turn
    return min((rep_day_end(rep, rep_day_of(rep, now)) for rep in reps.values()), default=None)


def _days_after(opened: date, today: date) -> list[date]:
    missed = min((today - opened).days, _MISSED_DAYS_MAX)
    return [today - timedelta(days=back) for back in reversed(range(missed))]


def _turned(day: Day, definitions: Definitions, *, opens: bool, now: datetime) -> tuple[Day, list[Announcement]]:
    """The day as it stands now, and what is to be said of it: opened, closed, or both if it passed unseen."""
    said: list[Announcement] = []
    if opens and day.state == "future":
        counts = day.tally.counts
        day = replace(day, state="open", score=definitions.shown_score(day.rep_id, day.day, counts))
        day = _announced(day, definitions, DAY_OPENED, said, now=now)
    rep = definitions.roster.reps[day.rep_id]
    if day.state == "open" and rep_day_end(rep, day.day) <= now:
        day = _announced(replace(day, state="closed"), definitions, DAY_CLOSED, said, now=now)
    return day, said


def _announced(day: Day, definitions: Definitions, event_type: str, said: list[Announcement], *, now: datetime) -> Day:
    announcement = announce(day, definitions, _NOBODY_ASKED, event_type, now=now)
    if announcement is None:
        return day
    said.append(announcement)
    return replace(day, revision=announcement.report.revision)
