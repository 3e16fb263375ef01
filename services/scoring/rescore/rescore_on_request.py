"""Score days again because somebody asks for it, also if no definition has changed."""

from datetime import date, datetime

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.pending_rescores import find_rescore_state, request_rescore
from shared.errors import DaymarkError
from shared.requests.definitions import RescoreQuery, RescoreState


class NoSuchReps(DaymarkError):
    """The roster has no such rep or team. `daymark scores` lists the reps; the roster file lists the teams."""


async def rescore_on_request(
    pool: asyncpg.Pool, cache: DefinitionsCache, query: RescoreQuery, *, now: datetime
) -> RescoreState:
    """Have these days scored again in the background.

    Raises:
        NoSuchReps: the query matches no rep of the roster.
    """
    async with pool.acquire() as connection, connection.transaction():
        roster = (await cache.share(connection)).roster
        members = roster.reps_of(query.team) if query.team else roster.reps.values()
        rep_ids = {rep.id for rep in members if query.rep in (None, rep.id)}
        if not rep_ids:
            raise NoSuchReps(query.rep or query.team or "the roster is empty")
        first, last = query.first or date.min, query.last or date.max
        await request_rescore(connection, rep_ids, first=first, last=last, needs_reassignment=True, now=now)
        return await find_rescore_state(connection)
