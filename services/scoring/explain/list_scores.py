"""Scores by rep and day, page by page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.scoring.days.days import read_counts
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.day import EMPTY_TALLY
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.roster.calendar import rep_day_of
from shared.events import RepId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries
from shared.requests.scores import ScorePage, ScoreQuery, ScoreRow

_QUERIES: Final = Queries.beside(__file__)


async def list_scores(pool: asyncpg.Pool, cache: DefinitionsCache, query: ScoreQuery, *, now: datetime) -> ScorePage:
    """One page, sorted by rep and day. It has only reps who are in the roster and, for a team, only their days in that team, so
    a page may have fewer rows than the limit."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        definitions = await cache.read(connection)
        reps = definitions.roster.reps
        stored = await _list_stored(
            connection, query, [rep.id for rep in (definitions.roster.reps_of(query.team) if query.team else reps.values())]
        )
        rows = [row for row in stored if query.team in (None, reps[row.rep].on(row.day).team)]
        if query.as_judged == "now":
            rows = await _as_judged_now(connection, definitions, rows, now=now)
    next_after = (stored[-1].rep, stored[-1].day) if len(stored) == query.limit else None
    return ScorePage(rows=tuple(rows), next_after=next_after)


async def _list_stored(connection: Connection, query: ScoreQuery, rep_ids: Sequence[RepId]) -> list[ScoreRow]:
    after_rep, after_day = query.after or ("", query.first - timedelta(days=1))
    rows = await connection.fetch(
        _QUERIES["list_scores"],
        query.first,
        query.last,
        rep_ids,
        query.silent_days,
        after_rep,
        after_day,
        query.limit,
    )
    return [ScoreRow(rep=row["rep_id"], day=row["day"], score=row["score"], counts=read_counts(row["counts"])) for row in rows]


async def _as_judged_now(
    connection: Connection, definitions: Definitions, rows: Sequence[ScoreRow], *, now: datetime
) -> list[ScoreRow]:
    """The same days under the version that is in force today."""
    reps = definitions.roster.reps
    versions = {
        RepDay(row.rep, row.day): definitions.playbooks.in_force(reps[row.rep].on(row.day).team, rep_day_of(reps[row.rep], now))
        for row in rows
    }
    tallies = await recount_days(connection, versions)
    judged = []
    for row in rows:
        rep_day = RepDay(row.rep, row.day)
        counts = dict(tallies.get(rep_day, EMPTY_TALLY).counts)
        score = definitions.score_under(versions[rep_day], reps[row.rep], row.day, counts).shown
        judged.append(ScoreRow(rep=row.rep, day=row.day, score=score, counts=counts))
    return judged
