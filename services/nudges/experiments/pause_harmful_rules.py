"""Once a day, pause every rule whose nudges do harm."""

from datetime import UTC, datetime
from typing import Final

import asyncpg
import structlog

from services.nudges.domain.effects.effect import Effect
from services.nudges.experiments.measure_effects import measure_effects
from services.nudges.experiments.rule_pauses import mark_rule_paused
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_log = structlog.get_logger()


async def pause_harmful_rules(pool: asyncpg.Pool, *, now: datetime) -> None:
    """Check the effects once a day (in UTC) over all replicas. Pauses every rule whose anytime-valid interval is below 0."""
    today = now.astimezone(UTC).date()
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(_QUERIES["claim_effects_check"], today) is None:
            return
        for rule, effect in (await measure_effects(connection)).items():
            if isinstance(effect, Effect) and effect.is_harmful:
                await _pause(connection, rule, effect, now=now)
        await connection.execute(_QUERIES["mark_effects_checked"], today)


async def _pause(connection: Connection, rule: str, effect: Effect, *, now: datetime) -> None:
    if await mark_rule_paused(connection, rule, now=now):
        _log.error(
            "rule_paused",
            rule=rule,
            points=round(effect.points, 2),
            low=round(effect.anytime_interval.low, 2),
            high=round(effect.anytime_interval.high, 2),
            remedy="its nudges lower the next day's score: change what they say or when, then run `daymark rules resume`",
        )
