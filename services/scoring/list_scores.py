"""Scores by rep and day, page by page."""

from datetime import timedelta

import asyncpg

from services.scoring import store
from services.scoring.store import DefinitionsCache
from shared.requests import ScorePage, ScoreQuery, ScoreRow


async def list_scores(pool: asyncpg.Pool, cache: DefinitionsCache, query: ScoreQuery) -> ScorePage:
    """One page, sorted by rep and day. Only reps in the roster, so that somebody who was taken out is not shown, and
    of a team only the days that the rep was in it."""
    async with pool.acquire() as connection:
        definitions = await cache.read(connection)
        reps = definitions.roster.reps
        rep_ids = [rep.id for rep in (definitions.roster.reps_of(query.team) if query.team else reps.values())]
        after_rep, after_day = query.after or ("", query.first - timedelta(days=1))
        rows = await connection.fetch(
            store.QUERIES["list_days"],
            query.first,
            query.last,
            rep_ids,
            query.silent_days,
            after_rep,
            after_day,
            query.limit,
        )
    shown = tuple(
        ScoreRow(rep=row["rep_id"], day=row["day"], score=row["score"], counts=store.read_counts(row["counts"]))
        for row in rows
        if query.team in (None, reps[row["rep_id"]].on(row["day"]).team)
    )
    more = (rows[-1]["rep_id"], rows[-1]["day"]) if len(rows) == query.limit else None
    return ScorePage(rows=shown, next_after=more)
