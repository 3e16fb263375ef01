"""The facts of an activity, and how observations are merged into them.

Per fact the newest statement wins, and of two with the same time the one with the larger event id. Of a fact that keeps the
earliest value, the earliest wins. So merging is commutative, associative and idempotent: order, duplicates and replays cannot
matter.
"""

from typing import Final

from shared.fact_values import FactValue, utc_text
from shared.facts import keeps_earliest
from shared.observation import Observation

OBSERVED_KIND: Final = "_kind"
"""The kind that an observation carries. A fact named `kind` refines it."""
DELETED: Final = "_deleted"
"""Whether the activity is deleted, as the newest observation says that mentions it."""

Statement = tuple[FactValue, str, str]
"""A value (None: withdrawn), the time at which it became true (ISO 8601 in UTC, with microseconds), and the id of the event."""

FactStates = dict[str, Statement]
"""The winning statement of every fact, by name."""


def merge(states: FactStates, observation: Observation, event_id: str) -> FactStates:
    """The states after one more observation; the same object if it changes nothing."""
    at = utc_text(observation.observed_at, comparable=True)
    stated: FactStates = {name: (value, at, event_id) for name, value in observation.facts.items()}
    stated[OBSERVED_KIND] = (observation.kind, at, event_id)
    if observation.deleted is not None:
        stated[DELETED] = (observation.deleted, at, event_id)
    if not states:
        return stated
    for name in stated.keys() & states.keys():
        if not _wins(name, stated[name], states[name]):
            del stated[name]
    return states | stated if stated else states


def _wins(name: str, statement: Statement, known: Statement) -> bool:
    value, known_value = statement[0], known[0]
    if keeps_earliest(name) and value != known_value:
        return known_value is None or (value is not None and str(value) < str(known_value))
    return known[1:] < statement[1:]
