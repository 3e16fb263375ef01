"""Measure, rule by rule, what sending adds to the score of the next worked day."""

import asyncio
from collections.abc import Mapping
from typing import Final

import asyncpg

from services.nudges.decide.policy.holdout import EXPERIMENT_KINDS
from services.nudges.domain.effects.effect import Effect, UnknownEffect, estimate_effect
from services.nudges.experiments.assignments import list_assignments
from services.nudges.rules.catalogue import REP_RULES
from shared.postgres.pool import Connection

_MEASURED: Final = tuple(name for name, rule in REP_RULES.items() if rule.kind in EXPERIMENT_KINDS)
"""Nudges that must always be sent are never withheld, so their effect cannot be measured."""


async def measure_effects(connection: Connection | asyncpg.Pool) -> Mapping[str, Effect | UnknownEffect]:
    """The effect of every rule whose nudges can be withheld, in order of priority."""
    effects = {}
    for rule in _MEASURED:
        assignments = await list_assignments(connection, rule)
        effects[rule] = await asyncio.to_thread(estimate_effect, assignments)
    return effects
