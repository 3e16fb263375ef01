"""What teams did in a month, by behaviour. Somebody who leaves, or is forgotten, takes nothing from it."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import asyncpg

from services.scoring import store
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import list_rosters
from services.scoring.domain.definition_files.roster_history import list_newest
from services.scoring.domain.roster.roster import Rep
from services.scoring.store import QUERIES
from shared.requests.scores import TeamTotal, TotalsList, TotalsQuery

_LONGEST_MONTH = timedelta(days=31)


async def list_totals(pool: asyncpg.Pool, cache: DefinitionsCache, query: TotalsQuery) -> TotalsList:
    """Each day counts for the team that its rep was in, by the newest roster that held them."""
    first = query.first.replace(day=1)
    last = (query.last.replace(day=1) + _LONGEST_MONTH).replace(day=1) - timedelta(days=1)
    totals: defaultdict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        rows = await connection.fetch(QUERIES["list_counts"], first, last)
        reps: dict[str, Rep] = dict(definitions.roster.reps)
        if gone := {row["rep_id"] for row in rows} - reps.keys():
            reps |= list_newest(gone, await list_rosters(connection))
        for row in rows:
            if (rep := reps.get(row["rep_id"])) is not None:
                day = row["day"]
                totals[rep.on(day).team, day.replace(day=1)] += Counter(store.read_counts(row["counts"]))
        for row in await connection.fetch(QUERIES["list_totals_of_forgotten"], first, last):
            totals[row["team"], row["month"]][row["behaviour"]] += row["times"]
    listed = sorted(key for key in totals if query.team in (None, key[0]))
    return TotalsList(rows=tuple(TeamTotal(team=team, month=month, counts=totals[team, month]) for team, month in listed))
