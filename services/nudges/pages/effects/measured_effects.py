"""The effects of all rules, measured at most once in a quarter of an hour: it takes all assignments there ever were."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.experiments.list_effects import HoldoutProbability, list_effects
from services.nudges.pages.effects.rule_counts import RuleCounts, list_rule_counts
from shared.clock import Clock
from shared.requests.nudges import EffectList

FRESH_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """The `effects` are in the rules' order of priority, and the `counts` by rule."""

    effects: EffectList
    counts: Mapping[str, RuleCounts]
    measured_at: datetime


class MeasuredEffects:
    """Of several who ask at the same time, the first one measures."""

    def __init__(self, pool: asyncpg.Pool, holdout_probability: HoldoutProbability, clock: Clock) -> None:
        self._pool = pool
        self._holdout_probability = holdout_probability
        self._clock = clock
        self._lock = asyncio.Lock()
        self._newest: Measurement | None = None

    async def read(self) -> Measurement:
        """The newest measurement, if it is fresh; otherwise a new one."""
        async with self._lock:
            now = self._clock.now()
            if self._newest is None or now - self._newest.measured_at >= FRESH_FOR:
                effects = await list_effects(self._pool, self._holdout_probability)
                self._newest = Measurement(effects=effects, counts=await list_rule_counts(self._pool), measured_at=now)
            return self._newest
