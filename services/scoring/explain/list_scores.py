"""Scores by rep and day, page by page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from services.scoring import store
from services.scoring.days.recount_days import recount_days
from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.domain.activities.counting import Place
from services.scoring.domain.day import NOTHING_COUNTED, Definitions
from services.scoring.domain.roster.calendar import rep_day_of
from shared.postgres.pool import Connection
from shared.requests.scores import ScorePage, ScoreQuery, ScoreRow


async def list_scores(pool: asyncpg.Pool, cache: DefinitionsCache, query: ScoreQuery, *, now: datetime) -> ScorePage:
    """One page, sorted by rep and day. Only reps in the roster, so that somebody who was taken out is not shown, and
    of a team only the days that the rep was in it."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
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
        listed = [
            ScoreRow(rep=row["rep_id"], day=row["day"], score=row["score"], counts=store.read_counts(row["counts"]))
            for row in rows
            if query.team in (None, reps[row["rep_id"]].on(row["day"]).team)
        ]
        shown = tuple(await _as_judged_now(connection, definitions, listed, now=now) if query.as_judged == "now" else listed)
    more = (rows[-1]["rep_id"], rows[-1]["day"]) if len(rows) == query.limit else None
    return ScorePage(rows=shown, next_after=more)


async def _as_judged_now(
    connection: Connection, definitions: Definitions, rows: Sequence[ScoreRow], *, now: datetime
) -> list[ScoreRow]:
    """The same days under the version that is in force today."""
    reps = definitions.roster.reps
    judged_by = {
        Place(row.rep, row.day): definitions.playbooks.in_force(rep.on(row.day).team, rep_day_of(rep, now))
        for row in rows
        if (rep := reps[row.rep])
    }
    tallies = await recount_days(connection, judged_by)
    judged = []
    for row in rows:
        place = Place(row.rep, row.day)
        counts = dict(tallies.get(place, NOTHING_COUNTED).counts)
        score = definitions.score_under(judged_by[place], reps[row.rep], row.day, counts).shown
        judged.append(ScoreRow(rep=row.rep, day=row.day, score=score, counts=counts))
    return judged
