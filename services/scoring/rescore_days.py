"""Score anew what a change of definitions touches: some reps at a time, each in one transaction, whole.

A rep's day goes from its old score to its new one in one step. Live observations that come meanwhile count such days under
the new definitions already, or leave them to this when the rep's activities are still to be placed.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

import asyncpg

from services.scoring import store
from services.scoring.definitions import DefinitionsCache
from services.scoring.domain.counting import Place
from services.scoring.domain.derivation import derive
from services.scoring.domain.roster import Roster
from services.scoring.rescore import Rescore, claim_rescore, finish_rescore, reps_to_rescore, request_rescore
from services.scoring.score_days import Cause, score_days
from services.scoring.store import ActivityRow
from services.scoring.turn_days import turn_days_within
from shared.errors import DaymarkError
from shared.postgres import Connection
from shared.requests import RescoreQuery, RescoreState

REPS_AT_ONCE: Final = 4
_REDEFINED: Final = Cause(redefined=True)


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
        waiting, _ = await reps_to_rescore(connection)
    return RescoreState(waiting=waiting)


async def rescore_some(pool: asyncpg.Pool, cache: DefinitionsCache, *, now: datetime) -> int:
    """Score the next reps anew. Returns how many; 0 when nobody waits, or others are at all who do."""
    async with pool.acquire() as connection, connection.transaction():
        definitions = await cache.share(connection)
        asked = await claim_rescore(connection, reps_max=REPS_AT_ONCE)
        if not asked:
            return 0
        places = await _place_anew(connection, [one.rep_id for one in asked if one.places], definitions.roster)
        await finish_rescore(connection, asked)
        places |= await _days_of(connection, asked)
        await score_days(connection, definitions, dict.fromkeys(places, _REDEFINED), now=now)
        if any(one.places for one in asked):
            await turn_days_within(connection, definitions, now=now)
    return len(asked)


async def _days_of(connection: Connection, asked: Sequence[Rescore]) -> set[Place]:
    rows = await connection.fetch(
        store.QUERIES["list_places"], [one.rep_id for one in asked], [one.first for one in asked], [one.last for one in asked]
    )
    return {Place(row["rep_id"], row["day"]) for row in rows}


async def _place_anew(connection: Connection, rep_ids: Collection[str], roster: Roster) -> set[Place]:
    """Find anew whose these activities are and on which day. Returns every day that has one, or has lost one."""
    if not rep_ids:
        return set()
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
    return places
