"""List the effect of every rule, for the `daymark effects` command."""

from collections.abc import Callable

import asyncpg

from services.nudges.domain.effects.effect import Effect, UnknownEffect
from services.nudges.experiments.measure_effects import measure_effects
from services.nudges.experiments.rule_pauses import RulePause, list_rule_pauses
from shared.requests.nudges import EffectEstimate, EffectList, EffectRow

HoldoutProbability = Callable[[str], float]
"""The probability with which the nudges of a rule are withheld."""


async def list_effects(pool: asyncpg.Pool, holdout_probability: HoldoutProbability) -> EffectList:
    """In order of priority."""
    pauses = {pause.rule: pause for pause in await list_rule_pauses(pool)}
    effects = await measure_effects(pool)
    return EffectList(
        rules=tuple(
            _to_row(rule, effect, holdout=holdout_probability(rule), pause=pauses.get(rule)) for rule, effect in effects.items()
        )
    )


def _to_row(rule: str, effect: Effect | UnknownEffect, *, holdout: float, pause: RulePause | None) -> EffectRow:
    return EffectRow(
        rule=rule,
        holdout=holdout,
        people=effect.sample.people,
        people_sent=effect.sample.people_sent,
        people_withheld=effect.sample.people_withheld,
        days=effect.sample.days,
        days_withheld=effect.sample.days_withheld,
        effect=_to_estimate(effect) if isinstance(effect, Effect) else None,
        not_known_because=effect.because if isinstance(effect, UnknownEffect) else "",
        paused_at=pause.paused_at if pause is not None else None,
        counts_from=pause.resumed_at if pause is not None else None,
    )


def _to_estimate(effect: Effect) -> EffectEstimate:
    return EffectEstimate(
        points=effect.points,
        low=effect.interval.low,
        high=effect.interval.high,
        anytime_low=effect.anytime_interval.low,
        anytime_high=effect.anytime_interval.high,
        sd_points=effect.sd_points,
    )
