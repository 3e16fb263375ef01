"""The effect of every rule, in the words in which it is asked for."""

import asyncpg

from services.nudges import store
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.domain.effects.effect import Effect, NotKnown
from services.nudges.experiments.measure_effects import measure_effects
from shared.requests.nudges import EffectList, EffectRow


async def list_effects(pool: asyncpg.Pool, lottery: Lottery) -> EffectList:
    """In order of priority."""
    pauses = {row["rule"]: row for row in await pool.fetch(store.QUERIES["list_pauses"])}
    rows = []
    for rule, found in (await measure_effects(pool)).items():
        pause = pauses.get(rule)
        rows.append(
            EffectRow(
                rule=rule,
                held_out=lottery.held_out_of(rule),
                people=found.basis.people,
                days=found.basis.days,
                days_held_out=found.basis.held_out,
                effect=_found(found) if isinstance(found, Effect) else None,
                not_known_because=found.because if isinstance(found, NotKnown) else "",
                paused_at=pause["paused_at"] if pause else None,
                counts_from=pause["resumed_at"] if pause else None,
            )
        )
    return EffectList(rules=tuple(rows))


def _found(effect: Effect) -> EffectEstimate:
    return EffectEstimate(
        points=effect.points,
        low=effect.interval.low,
        high=effect.interval.high,
        always_low=effect.always.low,
        always_high=effect.always.high,
        sd_points=effect.sd_points,
    )
