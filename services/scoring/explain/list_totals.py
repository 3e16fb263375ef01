"""What each team did in a month, by behaviour. Nothing is lost from it when a rep leaves or is erased."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Final

import asyncpg

from services.scoring.days.days import read_counts
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.definitions.stored_definitions import list_rosters
from services.scoring.domain.definition_files.roster_history import find_newest_reps
from services.scoring.domain.roster.roster import Rep
from shared.events import BehaviourKey, RepId, TeamId
from shared.postgres.queries import Queries
from shared.requests.scores import TeamTotal, TotalsList, TotalsQuery

_QUERIES: Final = Queries.beside(__file__)
_MONTH_MAX: Final = timedelta(days=31)


async def list_totals(pool: asyncpg.Pool, cache: DefinitionsCache, query: TotalsQuery) -> TotalsList:
    """Each day counts for the team that its rep was in, according to the newest roster that lists the rep."""
    first = query.first.replace(day=1)
    last = (query.last.replace(day=1) + _MONTH_MAX).replace(day=1) - timedelta(days=1)
    totals: defaultdict[tuple[TeamId, date], Counter[BehaviourKey]] = defaultdict(Counter)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        rows = await connection.fetch(_QUERIES["list_counts"], first, last)
        reps: dict[RepId, Rep] = dict(definitions.roster.reps)
        if former := {row["rep_id"] for row in rows} - reps.keys():
            reps |= find_newest_reps(former, await list_rosters(connection))
        for row in rows:
            if (rep := reps.get(row["rep_id"])) is not None:
                day: date = row["day"]
                totals[rep.on(day).team, day.replace(day=1)] += Counter(read_counts(row["counts"]))
        for row in await connection.fetch(_QUERIES["list_totals_of_erased_reps"], first, last):
            totals[row["team"], row["month"]][row["behaviour"]] += row["total"]
    listed = sorted(key for key in totals if query.team in (None, key[0]))
    return TotalsList(rows=tuple(TeamTotal(team=team, month=month, counts=totals[team, month]) for team, month in listed))
