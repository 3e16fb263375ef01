"""How observations are merged into the facts of an activity.

Per fact the newest statement wins, and of two with the same time the one with the higher rank. Of a fact that keeps the
earliest value, the earliest wins; of a fact that keeps its history, every statement stays. So merging is commutative,
associative and idempotent: order, duplicates and replays cannot matter.
"""

from typing import Final

from services.scoring.domain.activities.deals import (
    RESULT,
    by_stage,
    by_stage_from_one_activity,
    is_by_stage,
    is_deal,
    keeps_earliest_entry,
)
from services.scoring.domain.activities.statements import (
    DELETED,
    OBSERVED_KIND,
    FactStates,
    Statement,
    with_statement,
)
from shared.fact_values import utc_text
from shared.facts import ACTOR, AMOUNT, DEAL_KINDS, keeps_earliest
from shared.observation import Observation

_WITH_HISTORY: Final = (ACTOR.name,)
_OF_DEALS_WITH_HISTORY: Final = (ACTOR.name, AMOUNT.name, RESULT)


def merge(states: FactStates, observation: Observation, rank: str) -> FactStates:
    """The states after one more observation; the same object if it changes nothing. `rank` is that of the observation among
    those of the same time."""
    at = utc_text(observation.observed_at, comparable=True)
    stated: FactStates = {name: (value, at, rank) for name, value in observation.facts.items()}
    stated[OBSERVED_KIND] = (observation.kind, at, rank)
    if observation.deleted is not None:
        stated[DELETED] = (observation.deleted, at, rank)
    names: tuple[str, ...] = _WITH_HISTORY
    if observation.kind in DEAL_KINDS:
        stated, names = by_stage(stated), _OF_DEALS_WITH_HISTORY
        states = by_stage_from_one_activity(states) if is_deal(states) and not is_by_stage(states) else states
    if not states:
        return stated
    restated: FactStates = {}
    for name in names:
        if name in stated and name in states:
            restated[name] = stated.pop(name)
    for name in stated.keys() & states.keys():
        if not _wins(name, stated[name], states[name]):
            del stated[name]
    merged = states | stated if stated else states
    for name, statement in restated.items():
        merged = with_statement(merged, name, statement)
    return merged


def _wins(name: str, statement: Statement, known: Statement) -> bool:
    value, known_value = statement[0], known[0]
    if value != known_value and (keeps_earliest(name) or keeps_earliest_entry(name)):
        return known_value is None or (value is not None and str(value) < str(known_value))
    return known[1:] < statement[1:]
