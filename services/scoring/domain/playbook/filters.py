"""What a behaviour or a goal counts, as conditions on facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from shared.facts import FACTS_BY_FILTER, FILTERED_FACTS, KIND, AnyFact, Threshold
from shared.languages.messages import gettext, marked

_EVERYTHING: Final = marked("any activity")


class Condition(NamedTuple):
    """A fact, and the threshold that its filter is used with."""

    fact: AnyFact
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Filter:
    """Every condition must hold; they are in the order of the fact catalogue. Without conditions every activity counts."""

    conditions: tuple[Condition, ...] = ()


def make_filter(thresholds: Mapping[str, Threshold | None]) -> Filter:
    """A filter from thresholds by their keys in a playbook file, such as `min_duration_s`. None sets no condition.

    Raises:
        KeyError: no fact has a filter with that key.
    """
    by_fact = {FACTS_BY_FILTER[key]: threshold for key, threshold in thresholds.items() if threshold is not None}
    return Filter(tuple(Condition(fact, by_fact[fact]) for fact in FILTERED_FACTS if fact in by_fact))


def describe_filter(counts: Filter) -> str:
    """What counts, in words: `call, of at least 120 s, connected, outbound`."""
    phrases = [condition.fact.describe(condition.threshold) for condition in counts.conditions]
    names_kinds = any(condition.fact is KIND for condition in counts.conditions)
    return ", ".join(phrases if names_kinds else [gettext(_EVERYTHING), *phrases])
