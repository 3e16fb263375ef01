"""The ladders on which reps climb towards their goals."""

from typing import Final

import asyncpg

from services.nudges.domain.ladder import Ladder
from shared.events import GoalKey, RepId
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier

_QUERIES: Final = Queries.beside(__file__)


async def list_ladders(connection: Querier | asyncpg.Pool, rep_id: RepId) -> tuple[Ladder, ...]:
    """A rep's ladders, those of the newest periods first."""
    return tuple(
        Ladder(
            goal=GoalKey(row["goal"]),
            period_start=row["period_start"],
            reached=row["reached"],
            size=row["size"],
            reached_on=row["reached_on"],
            lowered_from=row["lowered_from"],
        )
        for row in await connection.fetch(_QUERIES["list_ladders"], rep_id)
    )


async def merge_ladder(connection: Querier, rep_id: RepId, ladder: Ladder) -> None:
    """Keep a ladder as it stands now."""
    await connection.execute(
        _QUERIES["merge_ladder"],
        rep_id,
        ladder.goal,
        ladder.period_start,
        ladder.reached,
        ladder.size,
        ladder.reached_on,
        ladder.lowered_from,
    )
