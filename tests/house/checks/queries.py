"""Each `.sql` file belongs to one module: `days.sql` to `days.py`, which reads it with `Queries.beside(__file__)`."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from tests.house.repository import Breach, Module, Repository

CATALOGUES: Final = frozenset({"_QUERIES", "QUERIES"})
"""The names of the variable that holds the queries of a module."""

_BLOCK: Final = re.compile(r"^-- name: (\w+)[^\n]*\n((?:--[^\n]*\n|[ \t]*\n)*)", re.MULTILINE)
_SENTENCE: Final = re.compile(r"^[A-Z`\"].*\w.* .*[.!?:]$", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """One named query of a `.sql` file, with the comment under its name."""

    name: str
    line: int
    comment: str


def sql_files(repository: Repository) -> Iterator[Breach]:
    """Each `.sql` file has its module; each query has a sentence and is used; each query that is used exists."""
    modules = {module.path: module for module in repository.modules}
    for path in repository.sql_paths:
        if path.parent.name == "migrations":
            continue
        queries = queries_in(repository.text(path))
        yield from _comments_and_names(path, queries)
        module = modules.get(path.with_suffix(".py"))
        if module is None or not _reads_beside(module):
            yield Breach(
                place=str(path),
                fact=f"no {path.with_suffix('.py').name} beside it reads it",
                remedy="put it beside the module that runs it: `_QUERIES: Final = Queries.beside(__file__)`",
            )
        else:
            yield from _uses(path, queries, module)


def queries_outside_their_module(repository: Repository) -> Iterator[Breach]:
    """No module uses the queries of another one."""
    for module in repository.modules_under("shared", "services", "deploy"):
        if repository.has(module.path.with_suffix(".sql")):
            continue
        for node in module.nodes:
            if isinstance(node, ast.Subscript) and _is_catalogue(node.value):
                yield _outside(module, node, ast.unparse(node))
            elif isinstance(node, ast.ImportFrom) and any(alias.name in CATALOGUES for alias in node.names):
                yield _outside(module, node, f"import of {node.module}'s queries")


def queries_in(text: str) -> list[Query]:
    """The named queries of a `.sql` file, in order."""
    return [
        Query(
            name=match[1],
            line=text.count("\n", 0, match.start()) + 1,
            comment=" ".join(line.removeprefix("--").strip() for line in match[2].splitlines()).strip(),
        )
        for match in _BLOCK.finditer(text)
    ]


def _comments_and_names(path: PurePosixPath, queries: list[Query]) -> Iterator[Breach]:
    repeated = {name for name, count in Counter(query.name for query in queries).items() if count > 1}
    for query in queries:
        place = f"{path}:{query.line}"
        if not _SENTENCE.match(query.comment):
            yield Breach(
                place=place, fact=f"{query.name} has no sentence", remedy="say below its name what it returns, or why it is so"
            )
        if query.name in repeated:
            yield Breach(place=place, fact=f"two queries are named {query.name}", remedy="name each for what it gives")


def _uses(path: PurePosixPath, queries: list[Query], module: Module) -> Iterator[Breach]:
    names = {query.name for query in queries}
    keys = [node.slice for node in module.nodes if isinstance(node, ast.Subscript) and _is_catalogue(node.value)]
    literal = {key.value: key for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    used = set(literal)
    if len(literal) < len(keys):  # computed keys are assumed to come from a string in the module
        used |= {node.value for node in module.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for query in queries:
        if query.name not in used:
            yield Breach(
                place=f"{path}:{query.line}",
                fact=f"{query.name} is used nowhere in {module.path.name}",
                remedy="delete it, or move it to the module that runs it",
            )
    for name in sorted(set(literal) - names):
        yield Breach(place=module.at(literal[name]), fact=f"{path.name} has no query {name}", remedy="check both spellings")


def _reads_beside(module: Module) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "beside"
        for node in module.nodes
    )


def _is_catalogue(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in CATALOGUES


def _outside(module: Module, node: ast.AST, fact: str) -> Breach:
    return Breach(
        place=module.at(node), fact=f"{fact} outside the module of the .sql file", remedy="call a typed function there"
    )
