"""Score anew what a change of definitions touches, in small steps, each a transaction: first whose activities these are, then
the days, the earliest first.

A day goes from its old score to its new one in one step. Live observations that come meanwhile count such days under the new
definitions already, or leave them to this when the rep's activities are still to be placed.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.scoring import store
from services.scoring.days.open_and_close_days import turn_days
from services.scoring.days.score_days import Cause, first_reported_day, score_locked_days, with_state
from services.scoring.days.score_past_days import score_long_past_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import (
    Rescore,
    claim_placing,
    claim_scoring,
    finish_placing,
    finish_scoring,
    request_rescore,
    rescore_state,
)
from services.scoring.domain.activities.activity_record import derive
from services.scoring.domain.day import Definitions
from services.scoring.store import ActivityRow
from shared.errors import DaymarkError
from shared.postgres.pool import Connection
from shared.requests.client import RescoreQuery, RescoreState
from shared.trace import continue_trace

PLACED_AT_ONCE: Final = 4
SCORED_AT_ONCE: Final = 100
"""Many reps, so that the days of one date are counted together: they lie beside each other on the disk."""

DAYS_AT_ONCE: Final = 500
"""A live observation of one of these days waits until all of them are done."""

LONG_PAST_DAYS_AT_ONCE: Final = 1_000
"""Without reports they take half the time."""


class NobodyToRescore(DaymarkError):
    """No rep of the roster is meant. `daymark scores` lists reps, the roster file teams."""


async def ask_for_rescore(pool: asyncpg.Pool, cache: DefinitionsCache, query: RescoreQuery, *, now: datetime) -> RescoreState:
    """Have these days scored anew in the background, also where nothing seems to call for it.

    Raises:
        NobodyToRescore: there is no such rep or team.
    """
    async with pool.acquire() as connection, connection.transaction():
        roster = (await cache.share(connection)).roster
        members = roster.reps_of(query.team) if query.team else roster.reps.values()
        meant = {rep.id for rep in members if query.rep in (None, rep.id)}
        if not meant:
            raise NobodyToRescore(query.rep or query.team or "the roster is empty")
        first, last = query.first or date.min, query.last or date.max
        await request_rescore(connection, meant, first=first, last=last, places=True, now=now)
        return await rescore_state(connection)


async def rescore_some(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> bool:
    """Take the next step. False when there is none to take, or others are at all that there are."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        await connection.execute(store.QUERIES["plan_for_these"])
        if to_place := await claim_placing(connection, reps_max=PLACED_AT_ONCE):
            await _place_anew(connection, [one.rep_id for one in to_place], definitions, now=now)
            return True
        asked = await claim_scoring(connection, reps_max=SCORED_AT_ONCE)
        if not asked:
            return False
        following = await _score_next_days(connection, asked, definitions, now=now)
        await finish_scoring(connection, asked, following=following)
    if following is None:  # no day of theirs was opened meanwhile, for it would have been said with its old score
        await turn_days(pool, cache, now=now)
    return True


async def _score_next_days(
    connection: Connection, asked: Sequence[Rescore], definitions: Definitions, *, now: datetime
) -> date | None:
    """Score the earliest days that are asked for. Returns the date from which on more may follow, None if none do."""
    spans = [one.span for one in asked]
    first = await store.find_first_to_rescore(connection, spans)
    if first is None:
        return None
    reported_from = first_reported_day(now)
    if first < reported_from:
        before = min(first + timedelta(days=max(1, LONG_PAST_DAYS_AT_ONCE // len(spans))), reported_from)
        places = await store.lock_long_past_days(connection, spans, first=first, before=before)
        await score_long_past_days(connection, definitions, places)
        return before
    before = first + timedelta(days=max(1, DAYS_AT_ONCE // len(spans)))
    days = await store.lock_days_to_rescore(connection, spans, first=first, before=before)
    redefined = Cause(traceparent=continue_trace(None), redefined=True)
    await score_locked_days(connection, definitions, days, dict.fromkeys([day.place for day in days], redefined), now=now)
    return before


async def _place_anew(connection: Connection, rep_ids: Sequence[str], definitions: Definitions, *, now: datetime) -> None:
    """Find anew whose these activities are and on which day. Every day that has one, or has lost one, is to be scored."""
    roster = definitions.roster
    rows = await store.lock_activities_of_reps(connection, {rep_id: roster.reps.get(rep_id) for rep_id in rep_ids})
    changed, places = [], set()
    for row in rows:
        source, account, _ = row.key
        derived = derive(row.states, source=source, account=account, roster=roster)
        places |= {where for where in (row.derived.place, derived.place) if where is not None}
        if derived != row.derived:
            changed.append(ActivityRow(key=row.key, states=row.states, derived=derived))
    if changed:
        await store.update_activities(connection, changed)
    await finish_placing(connection, rep_ids)
    if places:
        await store.insert_days(connection, with_state(places, definitions, now=now))
        whose, days = {place.rep_id for place in places}, [place.day for place in places]
        await request_rescore(connection, whose, first=min(days), last=max(days), places=False, now=now)
