"""Generates mutations of queries. If no test fails on one, a test is missing.

Conditions are not deleted but disabled: `AND day > $2` becomes `AND (true OR day > $2)`. The query keeps its parameters and
their types, so that a test cannot fail just because Postgres rejects the call.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.house.checks.queries import queries_in
from tests.house.names import blank_out
from tests.mutations.sql.mutations import SqlMutation, query_text

_CONDITION_STARTS: Final = re.compile(r"\b(WHERE|AND|OR|HAVING|ON(?!\s+CONFLICT\b|\s*\())\b", re.IGNORECASE)
_CONDITION_ENDS: Final = re.compile(
    r"\b(AND|OR|GROUP|HAVING|ORDER|LIMIT|OFFSET|RETURNING|FOR|UNION|EXCEPT|INTERSECT|WINDOW|THEN|WHERE|ON|"
    r"JOIN|LEFT|RIGHT|FULL|INNER|CROSS)\b|[;,]",
    re.IGNORECASE,
)
_LIST_ENDS: Final = re.compile(r"\b(LIMIT|OFFSET|RETURNING|FOR|ON|UNION|EXCEPT|INTERSECT|ROWS|RANGE)\b|;", re.IGNORECASE)
_TOKENS: Final = re.compile(r"\w+|[()\[\];,]")
_OPENING: Final = frozenset({"(", "[", "CASE"})
_CLOSING: Final = frozenset({")", "]", "END"})
_OR: Final = re.compile(r"OR\b", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\bBETWEEN\s", re.IGNORECASE)
_STATEMENT_END: Final = re.compile(";")
_COMMA: Final = re.compile(",")
_DIRECTION: Final = re.compile(r"\b(ASC|DESC)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Edit:
    """A mutation by its position in the text of a query. `{}` in `new` stands for the text that it replaces."""

    kind: str
    start: int
    end: int
    new: str


def _replace(kind: str, pattern: str, new: str | Callable[[re.Match[str]], str]) -> Callable[[str], Iterator[_Edit]]:
    """A function that proposes to replace each match by `new`."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def propose(sql: str) -> Iterator[_Edit]:
        for match in compiled.finditer(sql):
            becomes = new if isinstance(new, str) else new(match)
            yield _Edit(kind=kind, start=match.start(), end=match.end(), new=becomes)

    return propose


def _conditions(sql: str) -> Iterator[_Edit]:
    """Conditions of WHERE, ON and HAVING become always true, and alternatives of OR always false."""
    for match in _CONDITION_STARTS.finditer(sql):
        keyword = match[1].upper()
        if keyword == "AND" and _belongs_to_between(sql, match.start()):
            continue
        start = match.end() + len(sql[match.end() :]) - len(sql[match.end() :].lstrip())
        end = _end(sql, start, _CONDITION_ENDS)
        is_alternative = keyword == "OR" or bool(_OR.match(sql, end))
        condition = sql[start:end].rstrip()
        if condition:
            new = "(false AND {})" if is_alternative else "(true OR {})"
            kind = "alternative dropped" if is_alternative else "condition dropped"
            yield _Edit(kind=kind, start=start, end=start + len(condition), new=new)


def _orders(sql: str) -> Iterator[_Edit]:
    for match in re.finditer(r"\s*\bORDER BY\b", sql, re.IGNORECASE):
        end = _end(sql, match.end(), _LIST_ENDS)
        yield _Edit(kind="order dropped", start=match.start(), end=len(sql[:end].rstrip()), new="")
        for start, key_end in _items(sql, match.end(), end):
            if not _DIRECTION.search(sql, start, key_end):
                yield _Edit(kind="direction reversed", start=start, end=key_end, new="{} DESC")


def _defaults(sql: str) -> Iterator[_Edit]:
    """`coalesce(a, b)` becomes `coalesce(a)` and `coalesce(b)`."""
    for match in re.finditer(r"\bcoalesce\(", sql, re.IGNORECASE):
        values = list(_items(sql, match.end(), _end(sql, match.end(), _STATEMENT_END)))
        yield _Edit(kind="default dropped", start=values[-2][1], end=values[-1][1], new="")
        yield _Edit(kind="default always", start=values[0][0], end=values[-1][0], new="")


def _lists(sql: str) -> Iterator[_Edit]:
    """Lists of texts lose one of them. Each text is underscores by now."""
    for match in re.finditer(r"\bIN \((_+(?:, _+)+)\)", sql):
        texts = list(re.finditer("_+", match[1]))
        for index, text in enumerate(texts):
            first, last = (text.start(), texts[1].start()) if index == 0 else (texts[index - 1].end(), text.end())
            yield _Edit(kind="list shortened", start=match.start(1) + first, end=match.start(1) + last, new="")


_PROPOSERS: Final = (
    _conditions,
    _orders,
    _defaults,
    _lists,
    _replace("limit one lower", r"\bLIMIT (\d+)\b", lambda match: f"LIMIT {max(int(match[1]) - 1, 0)}"),
    _replace("limit one lower", r"\bLIMIT (\$\d+)", lambda match: f"LIMIT {match[1]} - 1"),
    _replace("limit one higher", r"\bLIMIT (\d+)\b", lambda match: f"LIMIT {int(match[1]) + 1}"),
    _replace("limit one higher", r"\bLIMIT (\$\d+)", lambda match: f"LIMIT {match[1]} + 1"),
    _replace("boundary moved", r"(?<![-<>=@!:|&~?#])<(?![-<>=@|&~])", "<="),
    _replace("boundary moved", r"(?<![-<>=@!:|&~?#])<=(?![-<>=@|&~])", "<"),
    _replace("boundary moved", r"(?<![-<>=@!:|&~?#])>(?![-<>=@|&~])", ">="),
    _replace("boundary moved", r"(?<![-<>=@!:|&~?#])>=(?![-<>=@|&~])", ">"),
    _replace("DISTINCT dropped", r"\bDISTINCT ON \([^)]*\) ", ""),
    _replace("DISTINCT dropped", r"(?<!IS )(?<!NOT )\bDISTINCT (?!ON\b|FROM\b)", ""),
    _replace("direction reversed", r"\bDESC\b", "ASC"),
    _replace("lock dropped", r"\s*\bFOR (?:NO KEY )?(?:KEY )?(?:UPDATE|SHARE)\b(?: OF \w+)?(?: SKIP LOCKED| NOWAIT)?", ""),
    _replace("SKIP LOCKED dropped", r" SKIP LOCKED\b", ""),
    _replace("ON CONFLICT dropped", r"\s*\bON CONFLICT(?: \([^)]*\))? DO NOTHING\b", ""),
    _replace("ON CONFLICT ignored", r"\bDO UPDATE\s+SET\b[^;]*?(?=\bRETURNING\b|;|\Z)", "DO NOTHING\n"),
    _replace("LEFT JOIN narrowed", r"\bLEFT JOIN\b", "JOIN"),
    _replace("duplicates removed", r"\bUNION ALL\b", "UNION"),
    _replace("duplicates kept", r"\bUNION\b(?! ALL)", "UNION ALL"),
    _replace("NOT dropped", r"\bNOT (?=EXISTS\b)", ""),
    _replace("NULL check inverted", r"\bIS NOT NULL\b", "IS NULL"),
    _replace("NULL check inverted", r"\bIS NULL\b", "IS NOT NULL"),
    _replace("extreme reversed", r"\bgreatest(?=\()", "least"),
    _replace("extreme reversed", r"\bleast(?=\()", "greatest"),
    _replace("extreme reversed", r"\bmin(?=\()", "max"),
    _replace("extreme reversed", r"\bmax(?=\()", "min"),
    _replace("boolean inverted", r"\btrue\b", "false"),
    _replace("boolean inverted", r"\bfalse\b", "true"),
    _replace("zone replaced", r"(?<=\bAT TIME ZONE )(?!_)(\([^()]*\)|[\w.]+)", "'UTC'"),
    _replace("interval doubled", r"\binterval\b(?= _)", "2 * interval"),
    _replace("number one higher", r"(?<![\w$.])(?<!LIMIT )\d+\b(?![.\w])", lambda match: str(int(match[0]) + 1)),
)


def propose(file: str, text: str, *, only: frozenset[str] = frozenset()) -> list[SqlMutation]:
    """Mutations of all queries of a `.sql` file, or of those in `only`, in the order of the text."""
    return [
        mutation
        for query in queries_in(text)
        if not only or query.name in only
        for mutation in _propose_for(file, query.name, query_text(text, query.name))
    ]


def _propose_for(file: str, query: str, text: str) -> Iterator[SqlMutation]:
    sql = blank_out(text, text_as="_")
    edits = {(edit.start, edit.end, edit.new): edit for proposer in _PROPOSERS for edit in proposer(sql)}
    for edit in sorted(edits.values(), key=lambda edit: (edit.start, edit.end)):
        old = text[edit.start : edit.end]
        yield SqlMutation(
            file=file,
            query=query,
            kind=edit.kind,
            old=old,
            new=edit.new.format(old),
            nth=sum(text.startswith(old, start) for start in range(edit.start + 1)),
        )


def _end(sql: str, start: int, ends: re.Pattern[str]) -> int:
    """The end of the clause that starts at `start`: the first match of `ends` outside of parentheses and CASE, or the
    parenthesis that closes around the clause.
    """
    depth = 0
    for token in _TOKENS.finditer(sql, start):
        text = token[0].upper()
        if text in _CLOSING:
            depth -= 1
            if depth < 0:
                return token.start()
        elif text in _OPENING:
            depth += 1
        elif depth == 0 and ends.match(sql, token.start()) and not _is_second_of_between(sql, start, token):
            return token.start()
    return len(sql)


def _items(sql: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The starts and ends of the items of a list, which commas divide."""
    while start < end:
        start += len(sql[start:end]) - len(sql[start:end].lstrip())
        item_end = min(_end(sql, start, _COMMA), end)
        yield start, start + len(sql[start:item_end].rstrip())
        start = item_end + 1


def _is_second_of_between(sql: str, start: int, token: re.Match[str]) -> bool:
    return (
        token[0].upper() == "AND"
        and _belongs_to_between(sql, token.start())
        and bool(_BETWEEN.search(sql, start, token.start()))
    )


def _belongs_to_between(sql: str, position: int) -> bool:
    """Whether the AND at this position belongs to a BETWEEN: there is one before it, and no other AND in between."""
    betweens = [match.start() for match in _BETWEEN.finditer(sql, 0, position)]
    return bool(betweens) and not re.search(r"\bAND\b", sql[betweens[-1] : position], re.IGNORECASE)
