"""A rep's recent days, as their own page lists them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import asyncpg

from shared.events import RepId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDay:
    """`score` is None on a day without a target. `disputes` counts the activities of the day that the rep disputes."""

    day: date
    score: Decimal | None
    is_open: bool
    disputes: int


async def list_own_days(pool: asyncpg.Pool, rep_id: RepId, *, since: date) -> list[OwnDay]:
    """Newest first."""
    return [
        OwnDay(day=row["day"], score=row["score"], is_open=row["is_open"], disputes=row["disputes"])
        for row in await pool.fetch(_QUERIES["list_own_days"], rep_id, since)
    ]
