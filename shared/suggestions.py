"""What somebody may have meant who wrote a name or a key that does not exist."""

import difflib
from collections.abc import Iterable
from typing import Final

from shared.languages.grammar import either
from shared.languages.messages import gettext

_LIKENESS_MIN: Final = 0.6
_MISSING_LIKENESS_MIN: Final = 0.5
"""A key that is missing is likelier to be meant than any that exists."""

Path = tuple[str | int, ...]
"""Where a key stands in a document: `("teams", 0, "name")`."""


def suggest(name: str, known: Iterable[str], *, at_most: int = 3) -> str:
    """`did you mean priya or pryor?`, the most similar name first. Empty if no known name is similar."""
    similar = _find_similar(name, known, at_most=at_most)
    return gettext("did you mean {names}?").format(names=either(similar)) if similar else ""


def with_suggestion(name: str, known: Iterable[str]) -> str:
    """The name, followed by similar ones in parentheses: the subject of an error."""
    suggestion = suggest(name, known)
    return f"{name} ({suggestion})" if suggestion else name


def find_misspelt_keys(unknown: Iterable[Path], missing: Iterable[Path]) -> dict[Path, Path]:
    """For each unknown key the missing key of the same mapping that somebody meant, if one is similar."""
    missing_by_mapping: dict[Path, list[str]] = {}
    for path in missing:
        missing_by_mapping.setdefault(path[:-1], []).append(str(path[-1]))
    meant: dict[Path, Path] = {}
    for path in unknown:
        keys = missing_by_mapping.get(path[:-1], [])
        for key in _find_similar(str(path[-1]), keys, at_most=1, likeness_min=_MISSING_LIKENESS_MIN):
            meant[path] = (*path[:-1], key)
            keys.remove(key)
    return meant


def _find_similar(name: str, known: Iterable[str], *, at_most: int, likeness_min: float = _LIKENESS_MIN) -> list[str]:
    by_lower_case = {candidate.lower(): candidate for candidate in sorted(known)}
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=at_most, cutoff=likeness_min)
    return [by_lower_case[match] for match in matches]
