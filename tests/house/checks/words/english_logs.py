"""Logs are in English. An error may say what it says in the language of whoever reads a page, so `str(error)` is not logged."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.house.repository import CODE, Breach, Repository

_LOGGER: Final = "_log"


def errors_logged_in_any_language(repository: Repository) -> Iterator[Breach]:
    """Values of log lines that are the text of an error."""
    for module in repository.modules:
        if module.path.parts[0] in CODE:
            for value in _logged(module.nodes):
                if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "str":
                    fact = f"`{ast.unparse(value)}` is logged in the language of a reader"
                    yield Breach(place=module.at(value), fact=fact, remedy="log it with in_english()")


def _logged(nodes: tuple[ast.AST, ...]) -> Iterator[ast.expr]:
    """The values of all log lines."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), keywords=keywords) if name == _LOGGER:
                yield from (keyword.value for keyword in keywords)
            case _:
                pass
