"""Open and close days as each rep's own midnight passes, also those that passed while nobody was here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg
import msgspec

from services.scoring import store
from services.scoring.days.score_days import Cause, announce
from services.scoring.definitions.announce_playbooks import announce_playbooks
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import waiting_to_be_scored
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.day import Day, Definitions
from services.scoring.domain.roster.calendar import rep_day_end, rep_day_of
from services.scoring.domain.roster.roster import Rep
from shared.events import DAY_CLOSED, DAY_OPENED
from shared.postgres.pool import Connection

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
        return await _turn_days(connection, definitions, now=now)


async def _turn_days(connection: Connection, definitions: Definitions, *, now: datetime) -> Turned:
    due = reps_due(definitions, await store.list_progress(connection), now=now)
    waiting = await waiting_to_be_scored(connection, due) if due else set()
    due = [rep_id for rep_id in due if rep_id not in waiting]  # a day is opened with what was done on it
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
    said: list[tuple[Day, Cause, str]] = []
    turned = [_turned(day, definitions, said, opens=day.place in to_open, now=now) for day in days]
    await store.update_days(connection, turned)
    await announce(connection, definitions, said, now=now)
    await announce_playbooks(connection, definitions, due, now=now)
    await store.update_progress(connection, {rep_id: max(today[rep_id], opened_until[rep_id]) for rep_id in due})
    opened = sum(event_type == DAY_OPENED for _, _, event_type in said)
    return Turned(opened=opened, closed=len(said) - opened)


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


def _turned(day: Day, definitions: Definitions, said: list[tuple[Day, Cause, str]], *, opens: bool, now: datetime) -> Day:
    """The day as it stands now; what is to be said of it is added to `said`: opened, closed, or both if it passed unseen."""
    if opens and day.state == "future":
        score = definitions.shown_score(day.rep_id, day.day, day.tally.counts)
        day = msgspec.structs.replace(day, state="open", score=score, revision=day.revision + 1)
        said.append((day, _NOBODY_ASKED, DAY_OPENED))
    if day.state == "open" and rep_day_end(definitions.roster.reps[day.rep_id], day.day) <= now:
        day = msgspec.structs.replace(day, state="closed", revision=day.revision + 1)
        said.append((day, _NOBODY_ASKED, DAY_CLOSED))
    return day
