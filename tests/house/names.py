"""Finds the names that a repository defines in Python and in SQL."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.house.repository import Module

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SQL_NOT_NAMES: Final = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_SQL_NAME: Final = re.compile(r"(?<![$\w])[A-Za-z_]\w*")
_SQL_ALIAS: Final = re.compile(r"\bAS\s+(?!MATERIALIZED\b|NOT\b)\"?([a-z_]\w*)\"?(?:\s*\(([^()]*)\))?", re.IGNORECASE)
_SQL_ALIAS_WITHOUT_AS: Final = re.compile(r"(?:\)|(?<!\w)([a-z_][\w.]*)|\")\s+(?=\"?([a-z_]\w*)\"?)", re.IGNORECASE)
_SQL_COMMON_TABLE: Final = re.compile(
    r"(?<![\w.])\"?([a-z_]\w*)\"?\s*(?:\([^()]*\)\s*)?\sAS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(", re.IGNORECASE
)
_SQL_COLUMN: Final = re.compile(r"(?:^|,)\s*\"?([a-z_]\w*)", re.IGNORECASE)
_KEYWORDS: Final = """
    all and any as asc between by case collate conflict cross delete desc distinct do else end except exists extract
    filter first following for from full group having in inner insert intersect interval into is isnull join key last
    lateral left like limit natural next not nothing null nulls of offset on only or order outer over partition
    preceding range recursive returning right rows select set share similar skip table then to union unnest update using
    values when where window with within
"""
_SQL_KEYWORDS: Final = frozenset(_KEYWORDS.split())
_QUERY_NAME: Final = re.compile(r"^-- name: (\w+)", re.MULTILINE)
_DEFINING: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.arg,
    ast.Name,
    ast.Attribute,
    ast.alias,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
    ast.MatchMapping,
)
"""The nodes that may define a name. Most nodes are of other kinds."""


class NameKind(StrEnum):
    """What a name stands for."""

    FUNCTION = "function"
    CLASS = "class"
    VALUE = "value"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name at the place of its definition."""

    text: str
    kind: NameKind
    node: ast.AST


def split_name(name: str) -> tuple[str, ...]:
    """The words of an identifier, in lower case: `parse_HTTPBody2` gives `parse`, `http`, `body`, `2`."""
    return tuple(part.lower() for part in _PARTS.findall(name))


def defined_names(module: Module) -> Iterator[Name]:
    """Every name that a module defines: functions, classes, parameters, and targets of assignments, loops and `as`."""
    for node in module.nodes:
        if isinstance(node, _DEFINING):
            yield from _names_of(node)


def sql_names(text: str) -> Iterator[tuple[str, int]]:
    """Every identifier and keyword in SQL with its line, including query names. Comments and string literals are skipped."""
    for match in _QUERY_NAME.finditer(text):
        yield match[1], _line(text, match.start())
    blank = blank_out(text)
    for match in _SQL_NAME.finditer(blank):
        yield match[0], _line(text, match.start())


def sql_aliases(text: str) -> Iterator[tuple[str, int]]:
    """Every alias that SQL defines, with its line: of tables, columns and the columns of functions, with and without AS, and
    the names of common tables (`WITH day AS (...)`)."""
    blank = blank_out(text)
    for match in _SQL_ALIAS.finditer(blank):
        yield match[1], _line(text, match.start())
        yield from ((column[1], _line(text, match.start())) for column in _SQL_COLUMN.finditer(match[2] or ""))
    for match in _SQL_ALIAS_WITHOUT_AS.finditer(blank):
        if (match[1] or "").lower() not in _SQL_KEYWORDS and match[2].lower() not in _SQL_KEYWORDS:
            yield match[2], _line(text, match.end())
    for match in _SQL_COMMON_TABLE.finditer(blank):
        yield match[1], _line(text, match.start())


def blank_out(sql: str, *, text_as: str = " ") -> str:
    """Replace comments by spaces and each character of a string literal by `text_as`. Length and lines stay the same."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " " if match[0].startswith(("--", "/*")) else text_as, match[0])

    return _SQL_NOT_NAMES.sub(blank, sql)


def _names_of(node: ast.AST) -> Iterator[Name]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield Name(text=node.name, kind=NameKind.FUNCTION, node=node)
        case ast.ClassDef():
            yield Name(text=node.name, kind=NameKind.CLASS, node=node)
        case ast.arg():
            yield Name(text=node.arg, kind=NameKind.VALUE, node=node)
        case ast.Name(ctx=ast.Store()):
            yield Name(text=node.id, kind=NameKind.VALUE, node=node)
        case ast.Attribute(ctx=ast.Store()):
            yield Name(text=node.attr, kind=NameKind.ATTRIBUTE, node=node)
        case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
            yield Name(text=name, kind=NameKind.VALUE, node=node)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield Name(text=name, kind=NameKind.VALUE, node=node)
        case _:
            return


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
