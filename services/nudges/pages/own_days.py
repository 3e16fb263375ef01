"""A rep's days, as their page lists them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import asyncpg

from shared.events import Presence, RepId, VersionNumber
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDay:
    """`score` is None on a day without a target. `playbook_version` judges the day, and began on `playbook_from`. `disputes`
    counts the activities of the day that the rep disputes."""

    day: date
    score: Decimal | None
    is_open: bool
    presence: Presence
    playbook_version: VersionNumber | None
    playbook_from: date | None
    disputes: int


async def list_own_days(pool: asyncpg.Pool, rep_id: RepId, *, since: date) -> list[OwnDay]:
    """Newest first."""
    return [
        OwnDay(
            day=row["day"],
            score=row["score"],
            is_open=row["is_open"],
            presence=Presence(row["presence"]),
            playbook_version=row["playbook_version"],
            playbook_from=row["playbook_from"],
            disputes=row["disputes"],
        )
        for row in await pool.fetch(_QUERIES["list_own_days"], rep_id, since)
    ]
