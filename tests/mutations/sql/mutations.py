"""Mutations of named queries, and the table that lists them."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("table.toml")
_QUERY: Final = "^-- name: {}$.*?(?=^-- name: |\\Z)"


class MutationStale(Exception):
    """The query does not contain the text that the mutation replaces. Update the row, or delete it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SqlMutation:
    """In `query` of `file`, the `nth` occurrence of `old` becomes `new`; `nth` counts from 1.

    `tests` are node ids of pytest. Each of them must fail, or contain a test that fails.
    """

    file: str
    query: str
    kind: str
    old: str
    new: str
    nth: int = 1
    tests: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.file} {self.query}: {self.kind}: `{_on_a_line(self.old)}` -> `{_on_a_line(self.new)}`"


def read_table(text: str) -> tuple[SqlMutation, ...]:
    """Parse `table.toml`."""
    return tuple(
        SqlMutation(
            file=row["file"],
            query=row["query"],
            kind=row["kind"],
            old=row["old"],
            new=row["new"],
            nth=row.get("nth", 1),
            tests=tuple(row["tests"]),
        )
        for row in tomllib.loads(text).get("mutation", [])
    )


def write_row(mutation: SqlMutation) -> str:
    """Format a mutation as a row of `table.toml`."""
    fields = {"file": mutation.file, "query": mutation.query, "kind": mutation.kind, "old": mutation.old, "new": mutation.new}
    lines = [f"{name} = {_toml_text(value)}" for name, value in fields.items()]
    if mutation.nth > 1:
        lines.append(f"nth = {mutation.nth}")
    return "\n".join(["[[mutation]]", *lines, f"tests = {json.dumps(list(mutation.tests))}", ""])


def query_text(text: str, query: str) -> str:
    """One query of a `.sql` file with its name and comment, or empty text if there is none of this name."""
    match = _find_query(text, query)
    return match[0] if match else ""


def plant(text: str, mutation: SqlMutation) -> str:
    """The text of a `.sql` file with the mutation applied.

    Raises:
        MutationStale: the query does not exist or does not contain the text.
    """
    match = _find_query(text, mutation.query)
    if match is None:
        raise MutationStale(f"{mutation.title}: {mutation.file} has no such query")
    starts = list(_occurrences(match[0], mutation.old))
    if len(starts) < mutation.nth:
        raise MutationStale(f"{mutation.title}: the query does not contain this text {mutation.nth} times")
    start = match.start() + starts[mutation.nth - 1]
    return text[:start] + mutation.new + text[start + len(mutation.old) :]


def _find_query(text: str, query: str) -> re.Match[str] | None:
    return re.search(_QUERY.format(re.escape(query)), text, re.MULTILINE | re.DOTALL)


def _occurrences(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _on_a_line(text: str) -> str:
    return " ".join(text.split())


def _toml_text(text: str) -> str:
    return f'"""\n{text}"""' if "\n" in text and '"""' not in text and "\\" not in text else json.dumps(text)
