"""Statements: what observations said of a fact of an activity, and when. Some facts keep what was said earlier as well."""

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from shared.fact_values import FactValue

OBSERVED_KIND: Final = "_kind"
"""The kind that an observation carries. A fact named `kind` refines it."""
DELETED: Final = "_deleted"
"""Whether the activity is deleted, as the newest observation says that mentions it."""
REPROCESSED: Final = "_reprocessed"
"""Which webhooks about the activity were read again, and when."""
HISTORY_MAX: Final = 64
"""So many statements of one fact are kept; then those go that only repeat the ones before and after them."""

Statement = tuple[FactValue, str, str]
"""A value (None: withdrawn), the time at which it became true (ISO 8601 in UTC, with microseconds), and the rank of its event
among those of the same time."""

FactStates = dict[str, Statement]
"""The winning statement of every fact, by name, and the earlier statements of facts that keep their history."""


def value_of(states: FactStates, name: str) -> FactValue:
    """What the winning statement of a fact says; None if there is none."""
    statement = states.get(name)
    return None if statement is None else statement[0]


def history_of(states: FactStates, name: str) -> list[tuple[str, FactValue]]:
    """The time and value of every statement of a fact, the earliest first."""
    return sorted(((at, value) for value, at, _ in _statements_of(states, name)), key=itemgetter(0))


def has_history(states: FactStates, name: str) -> bool:
    """Whether more than the winning statement of a fact is known."""
    prefix = _earlier(name)
    for key in states:  # noqa: SIM110  # asked twice of every activity; any() takes half as long again
        if key.startswith(prefix):
            return True
    return False


def with_statement(states: FactStates, name: str, statement: Statement) -> FactStates:
    """The states with one more statement of a fact that keeps its history; the same object if it is known. Of two with the same
    time the one with the higher rank stays."""
    by_time = {known[1]: known for known in _statements_of(states, name)}
    at, rank = statement[1:]
    if at in by_time and by_time[at][2] >= rank:
        return states
    by_time[at] = statement
    prefix = _earlier(name)
    others = {key: known for key, known in states.items() if key != name and not key.startswith(prefix)}
    *earlier, newest = _without_repetitions([by_time[at] for at in sorted(by_time)])
    return others | {name: newest} | {prefix + known[1]: known for known in earlier}


def without_statements(states: FactStates, is_outdated: Callable[[str], bool]) -> FactStates:
    """The states without the statements whose rank is dropped. Of a fact that keeps its history the newest one left wins."""
    remaining = {name: statement for name, statement in states.items() if not is_outdated(statement[2])}
    for key in sorted(remaining, reverse=True):
        name, _, at = key.removeprefix("_").rpartition("@")
        if key == _earlier(name) + at and at == remaining[key][1] and name not in remaining:
            remaining[name] = remaining.pop(key)
    return remaining


def is_stated_by_senders(name: str) -> bool:
    """Whether it is a fact as senders name them, and not kept beside the facts."""
    return not name.startswith("_")


def is_history_of(key: str, name: str) -> bool:
    """Whether the key is that of an earlier statement of a fact."""
    return key.startswith(_earlier(name))


def _earlier(name: str) -> str:
    """How the key of an earlier statement begins; its time follows."""
    return f"_{name}@"


def _statements_of(states: FactStates, name: str) -> list[Statement]:
    prefix = _earlier(name)
    return [statement for key, statement in states.items() if key == name or key.startswith(prefix)]


def _without_repetitions(in_order: list[Statement]) -> list[Statement]:
    """At most `HISTORY_MAX` statements, if enough of them say the same as both of their neighbours."""
    number = 1
    while len(in_order) > HISTORY_MAX and number < len(in_order) - 1:
        if in_order[number - 1][0] == in_order[number][0] == in_order[number + 1][0]:
            del in_order[number]
        else:
            number += 1
    return in_order
