"""No file contains unfinished work, paths of one machine, package registries, or remarks about how the work was organised."""

import re
from collections.abc import Iterator
from typing import Final

from tests.house.repository import Breach, Repository

_UNFINISHED: Final = ("TODO", "FIXME", "XXX:")
_MACHINE: Final = ("/work/", "/root/", "/opt/pypi", "/opt/wheels")
_REGISTRIES: Final = ("pypi.org", "pythonhosted.org", "npmjs.org", "npmjs.com", "deb.debian.org", "proxy.golang.org")
_PATTERNS: Final = (
    (re.compile("|".join(map(re.escape, _UNFINISHED))), "finish it, or take it out"),
    (re.compile("|".join(map(re.escape, _MACHINE))), "name no path of one machine"),
    (re.compile("|".join(map(re.escape, _REGISTRIES))), "name packages, not where they come from"),
    (
        re.compile(
            r"\bissue #?[0-9]+\b|\b(?:this|previous|earlier) issue\b|\bacceptance criteri|\bsub-?agents?\b|"
            r"\b(?:previous|earlier|helper|coding) sessions?\b|\b(?:as|per) the (?:task|issue)\b",
            re.IGNORECASE,
        ),
        "say why the code is so, not who asked for it",
    ),
)
_PINNED: Final = re.compile(r"requirements/\w+\.txt")


def forbidden_text(repository: Repository) -> Iterator[Breach]:
    """Text in double quotes is allowed: it is a value from elsewhere, such as a status of a CRM."""
    for path in repository.paths:
        if _PINNED.fullmatch(str(path)):
            continue
        try:
            text = repository.text(path)
        except UnicodeDecodeError:
            continue
        for pattern, remedy in _PATTERNS:
            for match in pattern.finditer(text):
                if not _is_quoted(text, match):
                    line = text.count("\n", 0, match.start()) + 1
                    yield Breach(place=f"{path}:{line}", fact=f"holds {match[0]!r}", remedy=remedy)


def _is_quoted(text: str, match: re.Match[str]) -> bool:
    return text[match.start() - 1 : match.start()] == '"' and text[match.end() : match.end() + 1] == '"'
