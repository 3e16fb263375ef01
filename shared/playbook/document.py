"""A playbook as its file states it, every value as text, and the one way in which such a file is written.

Scoring writes the versions that it stores in this form, and a form on a page is turned into it. So the same version gives the
same file, byte for byte, wherever it came from.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_CAP: Final = "1.5"
NO_TARGET: Final = "0"
_NUMBER: Final = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")
_PLAIN: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ._-]*[A-Za-z0-9._-])?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RESERVED: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Plain texts that YAML takes for something else than text."""
_SPECIAL: Final = re.compile('[\x00-\x1f"\\\\\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')
"""What has to be escaped between quotation marks."""

Value = str | tuple[str, ...]
Section = Mapping[str, Value]
"""Texts and lists of texts by their keys, such as the filters of `counts`."""


class DocumentPart(BaseModel):
    """Texts as an author has written them, whether or not they are right."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class BehaviourDocument(DocumentPart):
    """One behaviour. `targets` has one text per weekday, Monday first; an empty one stands for no target."""

    key: str
    label: str
    reason: str = ""
    counts: Section = {}
    targets: tuple[str, ...]
    weight: str
    cap: str = DEFAULT_CAP


class GoalDocument(DocumentPart):
    """One goal. Without bounds `step_min` and `step_max` are empty."""

    key: str
    label: str
    counts: Section = {}
    period: str
    step: str
    step_min: str = ""
    step_max: str = ""


class UnverifiedDocument(DocumentPart):
    """The rules for activities that look unusual, by name."""

    counts: str
    rules: Mapping[str, Section] = {}


class PlaybookDocument(DocumentPart):
    """One version of a team's playbook."""

    team: str
    effective_from: str
    message: str = ""
    behaviours: tuple[BehaviourDocument, ...] = ()
    goals: tuple[GoalDocument, ...] = ()
    unverified: UnverifiedDocument | None = None


def write_playbook(document: PlaybookDocument) -> str:
    """The file. Reading it gives the same document, if every text in it is right."""
    lines = [f"team: {_text(document.team)}", f"effective_from: {_text(document.effective_from)}"]
    if document.message:
        lines.append(f"message: {_text(document.message)}")
    lines += _list("behaviours", map(_behaviour_lines, document.behaviours)) if document.behaviours else ["behaviours: []"]
    if document.goals:
        lines += _list("goals", map(_goal_lines, document.goals))
    if document.unverified is not None:
        lines += ["unverified:", f"  counts: {document.unverified.counts}"]
        lines += [f"  {name}: {_section(rule)}" for name, rule in document.unverified.rules.items()]
    return "\n".join([*lines, ""])


def _list(key: str, entries: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"{key}:"
    for first, *others in entries:
        yield f"  - {first}"
        yield from (f"    {line}" for line in others)


def _behaviour_lines(behaviour: BehaviourDocument) -> list[str]:
    lines = [f"key: {_text(behaviour.key)}", f"label: {_text(behaviour.label)}"]
    if behaviour.reason:
        lines.append(f"why: {_text(behaviour.reason)}")
    lines += [
        f"counts: {_section(behaviour.counts)}",
        f"target: {_targets(behaviour.targets)}",
        f"weight: {_number(behaviour.weight)}",
    ]
    if behaviour.cap != DEFAULT_CAP:
        lines.append(f"cap: {_number(behaviour.cap)}")
    return lines


def _goal_lines(goal: GoalDocument) -> list[str]:
    lines = [
        f"key: {_text(goal.key)}",
        f"label: {_text(goal.label)}",
        f"counts: {_section(goal.counts)}",
        f"period: {_text(goal.period)}",
        f"step: {_number(goal.step)}",
    ]
    bounds = (("step_min", goal.step_min), ("step_max", goal.step_max))
    return lines + [f"{key}: {_number(bound)}" for key, bound in bounds if bound]


def _targets(targets: Sequence[str]) -> str:
    numbers = [target or NO_TARGET for target in targets]
    if len(set(numbers)) == 1:
        return _number(numbers[0])
    by_day = zip(WEEKDAYS, numbers, strict=True)
    return f"{{{', '.join(f'{day}: {_number(target)}' for day, target in by_day if target != NO_TARGET)}}}"


def _section(section: Section) -> str:
    return f"{{{', '.join(f'{key}: {_value(key, value)}' for key, value in section.items())}}}"


def _value(key: str, value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    return _text(value) if key == "min_amount" else _number(value)  # an amount is exact, and written as text


def _number(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else _text(text)


def _text(text: str) -> str:
    """Plain if nobody can mistake it; otherwise between quotation marks, on one line."""
    is_plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _RESERVED
    if is_plain or _DATE.fullmatch(text):
        return text
    return f'"{_SPECIAL.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\{character}" if character in '"\\' else f"\\u{ord(character):04x}"
