"""Rules that are, or were, paused because they do harm."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePause:
    """A rule that is paused since `paused_at`, or was resumed (then that is None). Assignments before `resumed_at` do not count
    any more."""

    rule: str
    paused_at: datetime | None
    resumed_at: datetime | None


async def list_rule_pauses(pool: asyncpg.Pool) -> list[RulePause]:
    """Every rule that was ever paused, by name."""
    return [
        RulePause(rule=row["rule"], paused_at=row["paused_at"], resumed_at=row["resumed_at"])
        for row in await pool.fetch(_QUERIES["list_rule_pauses"])
    ]


async def mark_rule_paused(connection: Connection | asyncpg.Pool, rule: str, *, now: datetime) -> bool:
    """Pause a rule. Returns whether that is new."""
    return await connection.fetchval(_QUERIES["mark_rule_paused"], rule, now) is not None


async def mark_rule_resumed(connection: Connection | asyncpg.Pool, rule: str, *, now: datetime) -> bool:
    """Resume a rule. Returns whether it was paused."""
    return await connection.fetchval(_QUERIES["mark_rule_resumed"], rule, now) is not None
