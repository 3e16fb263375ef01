"""A value is named for what it holds, not by a pronoun or a single letter.

One exception: within a query a table may have its first letter as an alias (`FROM day AS d`). It stands a few lines above its
use, and the name of the table stands beside it.
"""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from tests.house.names import Name, NameKind, defined_names, sql_aliases
from tests.house.repository import Breach, Module, Repository

_PRONOUNS: Final = """
    one some found how given who times said what where why when_ that this these those it they them he his she her then there
    here told heard word news kept theirs
"""
NOT_NAMES: Final = frozenset(_PRONOUNS.split())
MATHS: Final = ("services/nudges/domain/effects", "services/nudges/pages/charts")
"""Folders of mathematics and of coordinates, in which `x` and `y` are allowed. The same holds for their tests."""

_REMEDY: Final = "name it for what it holds, such as `activity`, `row` or `delivery`"
_TYPE_VARIABLES: Final = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple", "NewType"})


def value_names_in_python(repository: Repository) -> Iterator[Breach]:
    """Variables, parameters, fields, attributes, and the targets of loops, comprehensions, `as` and `:=`."""
    for module in repository.modules:
        type_variables = _type_variables(module)
        for name in defined_names(module):
            if name.kind in {NameKind.VALUE, NameKind.ATTRIBUTE} and name.text not in type_variables:
                yield from _judge(module, name)


def value_names_in_sql(repository: Repository) -> Iterator[Breach]:
    """Aliases in queries, which may be one letter but no pronoun. Migrations are not checked."""
    for path in repository.sql_paths:
        if path.parent.name == "migrations":
            continue
        for alias, line in sorted(set(sql_aliases(repository.text(path))), key=lambda alias_and_line: alias_and_line[1]):
            if alias.lower() in NOT_NAMES:
                yield Breach(place=f"{path}:{line}", fact=f"`{alias}` does not say what it is", remedy=_REMEDY)


def _judge(module: Module, name: Name) -> Iterator[Breach]:
    bare = name.text.strip("_") if name.text != "when_" else name.text
    if bare in NOT_NAMES:
        yield Breach(place=module.at(name.node), fact=f"`{name.text}` does not say what it is", remedy=_REMEDY)
    elif len(bare) == 1 and not (bare in {"x", "y"} and _is_maths(module.path)):
        yield Breach(place=module.at(name.node), fact=f"`{name.text}` is one letter", remedy=_REMEDY)


def _is_maths(path: PurePosixPath) -> bool:
    return str(path).removeprefix("tests/").startswith(MATHS)


def _type_variables(module: Module) -> frozenset[str]:
    return frozenset(
        target.id
        for node in module.nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        for target in node.targets
        if isinstance(target, ast.Name) and node.value.func.id in _TYPE_VARIABLES
    )
