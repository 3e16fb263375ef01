"""An activity as typed values: the facts that have a column, read from what was stated about it."""

from typing import Final, Generic, cast

import msgspec

from services.scoring.domain.activities.statements import DELETED, OBSERVED_KIND, FactStates, value_of
from shared.fact_values import JsonScalar
from shared.facts import (
    ACTOR,
    AMOUNT,
    CONTACT_KEY,
    DIRECTION,
    DURATION_S,
    FIRST_SEEN_AT,
    KIND,
    OUTCOME,
    STAGE,
    STARTED_AT,
    STARTED_ON,
    STORED_FACTS,
    AnyFact,
    ColumnValue,
    Fact,
    Value,
    first_seen_in,
)

StatedValues = dict[str, JsonScalar]
"""Values of facts by name, as observations state them."""

_POSITIONS: Final = {fact: position for position, fact in enumerate(STORED_FACTS)}
_READERS: Final = tuple((fact.name, fact.column.read) for fact in STORED_FACTS if fact.column is not None)


class _StoredValue(Generic[Value]):
    """An attribute of `Activity`: the value of one fact, None while it is not known."""

    def __init__(self, fact: Fact[Value]) -> None:
        self._position = _POSITIONS[fact]

    def __get__(self, activity: "Activity", _: type["Activity"]) -> Value | None:
        return cast("Value | None", activity.values[self._position])


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """`values` are those of `STORED_FACTS`, in that order, as they stand in the columns of the table. The well-known facts
    are attributes as well."""

    is_deleted: bool
    values: tuple[ColumnValue, ...]

    actor = _StoredValue(ACTOR)
    started_at = _StoredValue(STARTED_AT)
    started_on = _StoredValue(STARTED_ON)
    duration_s = _StoredValue(DURATION_S)
    outcome = _StoredValue(OUTCOME)
    direction = _StoredValue(DIRECTION)
    amount = _StoredValue(AMOUNT)
    stage = _StoredValue(STAGE)
    contact_key = _StoredValue(CONTACT_KEY)

    @property
    def kind(self) -> str:
        return cast("str", self.values[_POSITIONS[KIND]])

    def value_of(self, fact: AnyFact) -> ColumnValue:
        """The value of any fact with a column."""
        return self.values[_POSITIONS[fact]]


def read_activity(states: FactStates) -> Activity:
    """The activity that these statements describe, as far as the newest statements do."""
    return make_activity(stated_values(states), is_deleted=is_deleted(states))


def is_deleted(states: FactStates) -> bool:
    return value_of(states, DELETED) is True


def stated_values(states: FactStates) -> StatedValues:
    """The newest value of every fact that has one.

    If no statement says when the activity started, it started when it was first seen in its stage, or first seen at all.
    """
    stated = {name: statement[0] for name, statement in states.items() if statement[0] is not None}
    if stated.get(KIND.name, "") == "":
        stated[KIND.name] = stated.get(OBSERVED_KIND, "")
    if STARTED_AT.name not in stated and STARTED_ON.name not in stated:
        first_seen_at = stated.get(first_seen_in(str(stated.get(STAGE.name, "")))) or stated.get(FIRST_SEEN_AT.name)
        if first_seen_at is not None:
            stated[STARTED_AT.name] = first_seen_at
    return stated


def make_activity(values: StatedValues, *, is_deleted: bool) -> Activity:
    """The activity with these values. Those of facts without a column are left out."""
    return Activity(
        is_deleted=is_deleted,
        values=tuple([read(values[name]) if name in values else None for name, read in _READERS]),
    )
