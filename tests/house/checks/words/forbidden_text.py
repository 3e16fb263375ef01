"""No file contains unfinished work or the path of the checkout on somebody's machine."""

import re
from collections.abc import Iterator
from typing import Final

from tests.house.repository import Breach, Repository

_UNFINISHED: Final = ("TODO", "FIXME", "XXX:")


def forbidden_text(repository: Repository) -> Iterator[Breach]:
    """Text in double quotes is allowed: it is a value from elsewhere, such as a status of a CRM."""
    unfinished = re.compile("|".join(_UNFINISHED))
    checkout = re.compile(re.escape(str(repository.root)) + r"(?=[/\s\"'`]|$)")
    for path in repository.paths:
        try:
            text = repository.text(path)
        except UnicodeDecodeError:
            continue
        for pattern, remedy in ((unfinished, "finish it, or take it out"), (checkout, "name no path of one machine")):
            for match in pattern.finditer(text):
                if not _is_quoted(text, match):
                    line = text.count("\n", 0, match.start()) + 1
                    yield Breach(place=f"{path}:{line}", fact=f"holds {match[0]!r}", remedy=remedy)


def _is_quoted(text: str, match: re.Match[str]) -> bool:
    return text[match.start() - 1 : match.start()] == '"' and text[match.end() : match.end() + 1] == '"'
