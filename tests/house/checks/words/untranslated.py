"""What a template says is translated: text outside of `trans` and `gettext` would be English in every language."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from tests.house.repository import Breach, Repository

_TRANSLATED: Final = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
_CODE: Final = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_HEAD: Final = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
_READ_ALOUD: Final = re.compile(r"\b(?:aria-label|title|placeholder|alt|aria-description)=\"([^\"]*)\"")
_TAG: Final = re.compile(r"<[^>]*>", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_SAME_EVERYWHERE: Final = frozenset(
    {"Daymark", "CSV", "JSON", "YAML", "Slack", "Teams", "amp", "nbsp", "middot", "hellip", "lang"}
)
"""Names, and entities of HTML."""


def untranslated_text(repository: Repository) -> Iterator[Breach]:
    """Text and attributes that are read aloud of templates that no catalogue translates."""
    for path in repository.paths:
        if path.suffix == ".html" and path.parts[0] in {"services", "shared"}:
            yield from _in_template(path, repository.text(path))


def _in_template(path: PurePosixPath, template: str) -> Iterator[Breach]:
    remaining = _blank(_HEAD, _blank(_CODE, _blank(_TRANSLATED, template)))
    for number, line in enumerate(_TAG.sub(_read_aloud, remaining).splitlines(), start=1):
        words = [text for text in _WORD.findall(line) if text not in _SAME_EVERYWHERE]
        if words:
            yield Breach(
                place=f"{path}:{number}",
                fact=f"“{' '.join(words)}” is not translated",
                remedy="put it into {% trans %} or gettext()",
            )


def _read_aloud(tag: re.Match[str]) -> str:
    """What a screen reader says of a tag, and its line breaks, so that lines keep their numbers."""
    return " ".join(["", *_READ_ALOUD.findall(tag[0]), ""]) + _lines_of(tag)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(_lines_of, text)


def _lines_of(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")
