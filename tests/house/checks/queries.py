"""Each `.sql` file belongs to one module: `days.sql` to `days.py`, which reads it with `Queries.beside(__file__)`.

Nobody else uses its queries: neither by importing them, nor by reading the file again.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, TypeGuard

from tests.house.checks.annotations import last_name
from tests.house.checks.exemptions import find_exemption, unused_exemptions
from tests.house.repository import Breach, Module, Repository

CATALOGUES: Final = frozenset({"_QUERIES", "QUERIES"})
"""The names of the variable that holds the queries of a module."""

EXEMPT_FILES: Final[Mapping[str, str]] = {
    "tests/shared/postgres/test_queries.py": "tests `Queries` itself",
    "tests/services/scoring/queries.py": "collects all queries of scoring, which are prepared and explained",
    "tests/services/nudges/test_queries.py": "prepares all queries of nudges",
    "tests/house/checks/queries.py": "this check names them",
}
"""Files that may use the queries of other modules, and why."""

_BLOCK: Final = re.compile(
    r"^(--[ \t]*name\b[ \t]*:?[ \t]*(\w+)[^\n]*)\n((?:--[^\n]*\n|[ \t]*\n)*)", re.MULTILINE | re.IGNORECASE
)
_HEAD: Final = re.compile(r"-- name: [a-z_]+")
"""All that `Queries` takes for the beginning of a query."""
_SENTENCE: Final = re.compile(r"[A-Z`\"](?=.*[A-Za-z]).*\.")
_SENTENCE_WORDS_MIN: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """One named query of a `.sql` file, with the comment under its name."""

    name: str
    line: int
    comment: str
    head: str
    """The whole line with its name."""


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
    """No module uses the queries of another one, by whatever way."""
    for module in repository.modules:
        if find_exemption(module.path, EXEMPT_FILES) is None:
            yield from _foreign_uses(repository, module)


def unused_queries_exemptions(repository: Repository) -> Iterator[Breach]:
    return unused_exemptions(
        repository, EXEMPT_FILES, needs=lambda module: any(_foreign_uses(repository, module)), check="queries"
    )


def queries_in(text: str) -> list[Query]:
    """The named queries of a `.sql` file, in order."""
    return [
        Query(
            name=match[2],
            line=text.count("\n", 0, match.start()) + 1,
            comment=" ".join(line.removeprefix("--").strip() for line in match[3].splitlines()).strip(),
            head=match[1],
        )
        for match in _BLOCK.finditer(text)
    ]


def _comments_and_names(path: PurePosixPath, queries: list[Query]) -> Iterator[Breach]:
    repeated = {name for name, count in Counter(query.name for query in queries).items() if count > 1}
    for query in queries:
        place = f"{path}:{query.line}"
        if not _HEAD.fullmatch(query.head):
            yield Breach(place=place, fact=f"`{query.head}` begins no query", remedy=f"write `-- name: {query.name.lower()}`")
        if not _SENTENCE.fullmatch(query.comment) or len(query.comment.split()) < _SENTENCE_WORDS_MIN:
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
    return any(_is_call_of_queries(node) and _is_of_own_file(node) for node in module.nodes)


def _foreign_uses(repository: Repository, module: Module) -> Iterator[Breach]:
    if "QUERIES" not in module.text and "Queries" not in module.text:
        return
    has_own = repository.has(module.path.with_suffix(".sql"))
    for node in module.nodes:
        match node:
            case ast.ImportFrom(module=source, names=names) if any(alias.name in CATALOGUES for alias in names):
                yield _outside(module, node, f"import of {source}'s queries")
            case ast.ImportFrom(names=names) if any(alias.name == "Queries" and alias.asname for alias in names):
                yield _outside(module, node, "`Queries` under another name")
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)) if name in CATALOGUES:
                yield _outside(module, node, ast.unparse(node))
            case ast.Subscript(value=ast.Name(id=name)) if name in CATALOGUES and not has_own:
                yield _outside(module, node, ast.unparse(node))
            case _:
                if _is_call_of_queries(node) and not (has_own and _is_of_own_file(node)):
                    yield _outside(module, node, ast.unparse(node))


def _is_call_of_queries(node: ast.AST) -> TypeGuard[ast.Call]:
    """`Queries(...)` or `Queries.beside(...)`."""
    if not isinstance(node, ast.Call):
        return False
    is_beside = isinstance(node.func, ast.Attribute) and node.func.attr == "beside"
    return last_name(node.func.value if isinstance(node.func, ast.Attribute) and is_beside else node.func) == "Queries"


def _is_of_own_file(call: ast.Call) -> bool:
    return last_name(call.func) == "beside" and [ast.unparse(argument) for argument in call.args] == ["__file__"]


def _is_catalogue(node: ast.expr) -> bool:
    return last_name(node) in CATALOGUES


def _outside(module: Module, node: ast.AST, fact: str) -> Breach:
    return Breach(
        place=module.at(node), fact=f"{fact} outside the module of the .sql file", remedy="call a typed function there"
    )
