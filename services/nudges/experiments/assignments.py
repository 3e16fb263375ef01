"""The randomised assignments of a rule, with the scores that followed."""

import asyncio
from collections.abc import Sequence
from typing import Final

import asyncpg

from services.nudges.domain.effects.assignment import ObservedAssignment
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


async def list_assignments(connection: Connection | asyncpg.Pool, rule: str) -> list[ObservedAssignment]:
    """Every assignment after which a worked day has come and closed, in the order of decision."""
    rows = await connection.fetch(_QUERIES["list_assignments"], rule)
    return await asyncio.to_thread(_to_assignments, rows)  # years of nudges would block the event loop


def _to_assignments(rows: Sequence[asyncpg.Record]) -> list[ObservedAssignment]:
    return [
        ObservedAssignment(
            person_id=row["person_id"],
            is_sent=row["is_sent"],
            propensity=row["propensity"],
            score_before=row["score_before"],
            score_after=row["score_after"],
        )
        for row in rows
    ]
