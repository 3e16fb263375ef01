"""What sending does to the next worked day, rule by rule; and the look, once a day, for a rule that does harm."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import asyncpg
import structlog

from services.nudges import store
from services.nudges.domain.effects.assignment import Draw
from services.nudges.domain.effects.effect import Effect, NotKnown, effect_of
from services.nudges.rules import ON_LADDERS, RULES
from shared.postgres.pool import Connection

_log = structlog.get_logger()
_MEASURED: Final = tuple(rule for rule in RULES if rule not in ON_LADDERS)
"""What must never be left unsaid is never held out."""


async def measure_effects(connection: Connection | asyncpg.Pool) -> Mapping[str, Effect | NotKnown]:
    """Of every rule whose nudges may be held out, from all of its lots after which a worked day has come and gone."""
    found = {}
    for rule in _MEASURED:
        rows = await connection.fetch(store.QUERIES["list_draws"], rule)
        found[rule] = await asyncio.to_thread(_effect, rows)
    return found


def _effect(rows: Sequence[asyncpg.Record]) -> Effect | NotKnown:
    """In a thread: of years of nudges it takes a while."""
    return effect_of(
        [
            Draw(
                person_id=row["person_id"],
                is_sent=row["is_sent"],
                chance=row["chance"],
                score_before=row["score_before"],
                score_after=row["score_after"],
            )
            for row in rows
        ]
    )


async def pause_harmful_rules(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Look at the effects, once a day over all replicas, and pause every rule whose interval lies below 0 at every look."""
    today = now.astimezone(UTC).date()
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(store.QUERIES["claim_effects_look"], today) is None:
            return
        for rule, effect in (await measure_effects(connection)).items():
            if isinstance(effect, Effect) and effect.is_harm:
                await _pause(connection, rule, effect, now=now)
        await connection.execute(store.QUERIES["mark_effects_looked"], today)


async def _pause(connection: Connection, rule: str, effect: Effect, *, now: datetime) -> None:
    if await connection.fetchval(store.QUERIES["mark_paused"], rule, now) is not None:
        _log.error(
            "rule_paused",
            rule=rule,
            points=round(effect.points, 2),
            low=round(effect.always.low, 2),
            high=round(effect.always.high, 2),
            remedy="what it says lowers the next day's score: change its words or when it speaks, then `daymark rules resume`",
        )
