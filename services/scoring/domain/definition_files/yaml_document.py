"""Reads YAML so that every key keeps its line number, and a key that is written twice is refused instead of lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import ValidationError

from shared.errors import Refusal
from shared.languages.grammar import either
from shared.languages.messages import gettext, marked
from shared.suggestions import find_misspelt_keys, suggest

Path = tuple[str | int, ...]
_A_DATE: Final = marked("must be a date such as 2026-01-12")
_A_NUMBER: Final = marked("must be a number")
_A_LIST: Final = marked("must be a list such as [a, b]")
_A_MAPPING: Final = marked("must hold keys with values, as the example in the manual does")
_REMEDIES: Final[Mapping[str, str]] = {
    "missing": marked("is missing; it is required"),
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_from_datetime_inexact": _A_DATE,
    "int_type": marked("must be a whole number"),
    "int_parsing": marked("must be a whole number"),
    "float_type": _A_NUMBER,
    "float_parsing": _A_NUMBER,
    "decimal_type": _A_NUMBER,
    "decimal_parsing": _A_NUMBER,
    "finite_number": _A_NUMBER,
    "greater_than": marked("must be more than {gt}"),
    "greater_than_equal": marked("must be at least {ge}"),
    "less_than_equal": marked("must be at most {le}"),
    "bool_type": marked("must be true or false"),
    "bool_parsing": marked("must be true or false"),
    "string_type": marked("must be text"),
    "string_too_short": marked("must not be empty"),
    "string_too_long": marked("must be at most {max_length} characters"),
    "string_pattern_mismatch": marked(
        "must be 1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit"
    ),
    "literal_error": marked("must be {expected}"),
    "tuple_type": _A_LIST,
    "frozen_set_type": _A_LIST,
    "model_type": _A_MAPPING,
    "model_attributes_type": _A_MAPPING,
}
"""What would be right, by the error type of pydantic. Names in braces are filled from the error's context."""
_UNKNOWN_KEY: Final = "extra_forbidden"
_MISSING_KEY: Final = "missing"
_DEPTH_MAX: Final = 20
_VALUES_MAX: Final = 1_000_000


class _TooLarge(Exception):
    """Values are nested too deep, or become too many when aliases are expanded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One thing that is wrong, the line and the key of it, and what would be right."""

    line: int
    key: str
    problem: str


class DefinitionRefused(Refusal):
    """The file was not applied, and nothing has changed. Correct each mistake that is named and apply the file again."""

    def __init__(self, file: str, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.key)))
        lines = [f"{file}:{mistake.line}: {mistake.key}: {mistake.problem}" for mistake in self.mistakes]
        super().__init__()
        self._lines = lines

    def __str__(self) -> str:
        return "\n".join([*self._lines, super().__str__()])


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One YAML document as plain values, with the line number of every path in it, also of the empty one."""

    content: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int:
        """The line of the path, or of its nearest parent that has one."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def read_documents(text: str, *, file: str) -> list[Document]:
    """Every document of the text.

    Raises:
        DefinitionRefused: it is not YAML, or a mapping has a key twice.
    """
    try:
        _refuse_deep(text)
        nodes = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as refused:
        line = refused.problem_mark.line + 1 if refused.problem_mark else 1
        raise DefinitionRefused(file, [Mistake(line=line, key="file", problem=_not_yaml(str(refused.problem)))]) from None
    except yaml.YAMLError as refused:
        mistake = Mistake(line=1, key="file", problem=_not_yaml(type(refused).__name__))
        raise DefinitionRefused(file, [mistake]) from None
    except _TooLarge:
        raise DefinitionRefused(file, [_too_large()]) from None
    mistakes: list[Mistake] = []
    documents = []
    for node in nodes:
        lines: dict[Path, int] = {}
        try:
            content = _plain(node, (), lines, mistakes)
        except _TooLarge:
            raise DefinitionRefused(file, [_too_large()]) from None
        documents.append(Document(content=content, lines=lines))
    if mistakes:
        raise DefinitionRefused(file, mistakes)
    return documents


def _too_large() -> Mistake:
    return Mistake(line=1, key="file", problem=gettext("nested too deep, or too large once its aliases are expanded"))


def _not_yaml(problem: str) -> str:
    return gettext("not YAML ({problem})").format(problem=problem)


def _refuse_deep(text: str) -> None:
    """Check the depth before composing: the composer written in C, which is eight times as fast, would crash the process on
    endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH_MAX:
            raise _TooLarge


def mistakes_of(refused: ValidationError, document: Document, known_keys: frozenset[str]) -> list[Mistake]:
    """What pydantic found wrong in the document, in words for its author. A key that is missing because it is misspelt is one
    mistake, at the misspelt key."""
    errors = refused.errors()
    meant = find_misspelt_keys(
        [error["loc"] for error in errors if error["type"] == _UNKNOWN_KEY],
        [error["loc"] for error in errors if error["type"] == _MISSING_KEY],
    )
    mistakes = []
    for error in errors:
        path = tuple(error["loc"])
        if error["type"] == _MISSING_KEY and path in meant.values():
            continue
        remedy = _REMEDIES.get(error["type"])
        context = {name: _in_language(value) for name, value in error.get("ctx", {}).items()}
        problem = gettext(remedy).format_map(context) if remedy else error["msg"].removeprefix("Value error, ")
        if error["type"] == _UNKNOWN_KEY:
            suggestion = suggest(str(path[-1]), known_keys, at_most=1)
            if path in meant:
                suggestion = gettext("did you mean {names}?").format(names=meant[path][-1])
            problem = gettext("no such key; {remedy}").format(remedy=suggestion or gettext("leave it out"))
        mistakes.append(Mistake(line=document.line_of(path), key=dotted(path), problem=problem))
    return mistakes


def _in_language(value: object) -> object:
    """What pydantic lists as `'week', 'month' or 'quarter'`, with the last conjunction of the language."""
    first, conjunction, last = value.rpartition(" or ") if isinstance(value, str) else ("", "", "")
    return either([first, last]) if conjunction else value


def dotted(path: Path) -> str:
    """A path as people write it: `teams[0].reps[3].timezone`; `file` for the whole document."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "file"


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], mistakes: list[Mistake]) -> Any:
    if len(path) > _DEPTH_MAX or len(lines) > _VALUES_MAX:
        raise _TooLarge
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_path = (*path, key)
            if key in content:
                line = key_node.start_mark.line + 1
                mistakes.append(Mistake(line=line, key=dotted(key_path), problem=gettext("written twice; keep one")))
            lines[key_path] = key_node.start_mark.line + 1
            content[key] = _plain(value_node, key_path, lines, mistakes)
        return content
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, number), lines, mistakes) for number, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return node.value
