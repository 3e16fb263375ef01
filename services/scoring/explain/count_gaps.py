"""How many recent activities of each source do not count because they lack an actor, a start or a duration."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.scoring.metrics import GapCount
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_SPAN: Final = timedelta(days=7)
"""Long enough that a weekend or a holiday does not leave a source without activities."""


async def count_gaps(pool: asyncpg.Pool, *, now: datetime) -> list[GapCount]:
    """Three counts for each source of which an activity was stored today (in UTC) or on the 6 days before, in the way in which
    `list_gaps` judges a single activity.

    Every activity is counted once, however many webhooks its facts came in and whenever they are completed.
    """
    async with pool.acquire() as connection:
        rows = await connection.fetch(_QUERIES["count_gaps"], (now - _SPAN + timedelta(days=1)).date())
    return [
        count
        for row in rows
        for count in (
            GapCount(row["source"], "actor", row["activities"], row["without_actor"]),
            GapCount(row["source"], "start", row["activities"], row["without_start"]),
            GapCount(row["source"], "duration", row["calls"], row["calls_without_duration"]),
        )
    ]
