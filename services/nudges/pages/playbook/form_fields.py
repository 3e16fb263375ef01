"""The fields of the form, and the document that they stand for. What was typed is kept as it was typed, right or wrong."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from shared.events import TeamId
from shared.facts import FILTERED_FACTS, OneOf
from shared.languages.formats import with_decimal_point
from shared.playbook.document import (
    DEFAULT_CAP,
    NO_TARGET,
    WEEKDAYS,
    BehaviourDocument,
    GoalDocument,
    PlaybookDocument,
    Section,
    UnverifiedDocument,
    Value,
)

ENTRIES_MAX: Final = 20
"""Behaviours, and goals, that a form may have."""
_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_SLUG_LENGTH_MAX: Final = 40
_NEW_BEHAVIOUR: Final = BehaviourDocument(key="", label="", targets=(*("",) * 7,), weight="10")
_NEW_GOAL: Final = GoalDocument(key="", label="", period="month", step="")


def read_form(fields: QueryParams, team_id: TeamId) -> PlaybookDocument:
    """The document that the form stands for."""
    behaviours = [_behaviour(fields, f"behaviour.{number}") for number in _numbers(fields, "behaviour")]
    goals = [_goal(fields, f"goal.{number}") for number in _numbers(fields, "goal")]
    return PlaybookDocument(
        team=team_id,
        effective_from=_text(fields, "effective_from"),
        message=_text(fields, "message"),
        behaviours=tuple(behaviours),
        goals=tuple(goals),
        unverified=_unverified(fields.get("unverified", "")),
    )


def with_new_behaviour(document: PlaybookDocument) -> PlaybookDocument:
    return document.model_copy(update={"behaviours": (*document.behaviours, _NEW_BEHAVIOUR)})


def with_new_goal(document: PlaybookDocument) -> PlaybookDocument:
    return document.model_copy(update={"goals": (*document.goals, _NEW_GOAL)})


def with_keys(document: PlaybookDocument) -> PlaybookDocument:
    """Every behaviour and goal has a key: a new one gets it from its label. A key that is there never changes, since it says
    across versions that a behaviour is the same."""
    taken = {behaviour.key for behaviour in document.behaviours}
    behaviours = []
    for number, behaviour in enumerate(document.behaviours, start=1):
        key = behaviour.key or _new_key(behaviour.label, f"behaviour-{number}", taken)
        taken.add(key)
        behaviours.append(behaviour.model_copy(update={"key": key}))
    taken = {goal.key for goal in document.goals}
    goals = []
    for number, goal in enumerate(document.goals, start=1):
        key = goal.key or _new_key(goal.label, f"goal-{number}", taken)
        taken.add(key)
        goals.append(goal.model_copy(update={"key": key}))
    return document.model_copy(update={"behaviours": tuple(behaviours), "goals": tuple(goals)})


def shown_value(value: Value) -> str:
    """A filter as a field shows it: texts with commas between them, in quotation marks where one has a comma itself."""
    if isinstance(value, str):
        return value
    return ", ".join(f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',"') else text for text in value)


def shown_target(target: str) -> str:
    return "" if target == NO_TARGET else target


def shown_unverified(unverified: UnverifiedDocument | None) -> str:
    """What a hidden field carries of the rules that the form does not show."""
    return unverified.model_dump_json() if unverified is not None else ""


def _numbers(fields: QueryParams, name: str) -> list[int]:
    """Which entries the form has."""
    numbers = {field.split(".")[1] for field in fields if field.startswith(f"{name}.") and field.endswith(".label")}
    return sorted(int(number) for number in numbers if number.isascii() and number.isdigit())[:ENTRIES_MAX]


def _behaviour(fields: QueryParams, name: str) -> BehaviourDocument:
    return BehaviourDocument(
        key=_text(fields, f"{name}.key"),
        label=_text(fields, f"{name}.label"),
        reason=_text(fields, f"{name}.why"),
        counts=_counts(fields, name),
        targets=tuple(_number(fields, f"{name}.{weekday}") or NO_TARGET for weekday in WEEKDAYS),
        weight=_number(fields, f"{name}.weight"),
        cap=_number(fields, f"{name}.cap") or DEFAULT_CAP,
    )


def _goal(fields: QueryParams, name: str) -> GoalDocument:
    return GoalDocument(
        key=_text(fields, f"{name}.key"),
        label=_text(fields, f"{name}.label"),
        counts=_counts(fields, name),
        period=_text(fields, f"{name}.period"),
        step=_number(fields, f"{name}.step"),
        step_min=_number(fields, f"{name}.step_min"),
        step_max=_number(fields, f"{name}.step_max"),
    )


def _counts(fields: QueryParams, name: str) -> Section:
    section: dict[str, Value] = {}
    for fact in FILTERED_FACTS:
        assert fact.filter is not None
        typed = _text(fields, f"{name}.{fact.filter.key}")
        if not typed:
            continue
        is_list = isinstance(fact.filter, OneOf)
        section[fact.filter.key] = (
            tuple(sorted(set(_split(typed)))) if is_list else _number(fields, f"{name}.{fact.filter.key}")
        )
    return section


def _split(typed: str) -> Iterator[str]:
    for row in csv.reader([typed], skipinitialspace=True):
        yield from (text.strip() for text in row if text.strip())


def _text(fields: QueryParams, name: str) -> str:
    return " ".join(fields.get(name, "").split())


def _number(fields: QueryParams, name: str) -> str:
    return short_number(with_decimal_point(_text(fields, name)))


def short_number(typed: str) -> str:
    """As the canonical file has it: `6`, not `6.0` or `06`. What is no number stays as it was typed."""
    if not _NUMBER.fullmatch(typed):
        return typed
    whole, _, places = typed.partition(".")
    places = places.rstrip("0")
    return f"{whole.lstrip('0') or '0'}{'.' if places else ''}{places}"


def _unverified(typed: str) -> UnverifiedDocument | None:
    try:
        return UnverifiedDocument.model_validate(json.loads(typed)) if typed else None
    except (ValueError, ValidationError):
        return None


def _new_key(label: str, otherwise: str, taken: Iterable[str]) -> str:
    base = _NO_SLUG.sub("-", label.lower()).strip("-")[:_SLUG_LENGTH_MAX].strip("-") or otherwise
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, 2 * ENTRIES_MAX + 2))
    return next(candidate for candidate in candidates if candidate not in taken)
