"""The table covers every query of the services, and each of its rows names tests that exist."""

import ast
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from tests.house.checks.queries import queries_in
from tests.house.conftest import lines
from tests.house.repository import Repository
from tests.mutations.sql.mutations import TABLE, read_table
from tests.mutations.sql.run import stale_rows

UNLISTED: Final[Mapping[str, str]] = {
    "add_link": "writes a row, without a clause that a mutation could change",
    "add_request": "writes a row, without a clause that a mutation could change",
    "add_roster": "writes a row, without a clause that a mutation could change",
    "add_session": "writes a row, without a clause that a mutation could change",
    "add_wordings": "writes rows, without a clause that a mutation could change",
    "find_page_address_end": "reads the only row of a table",
    "list_entered": "reads a whole table, in any order",
    "plan_each_time": "changes how fast queries are, and no result",
}
"""Queries of which no mutation is listed, and why."""

REPOSITORY: Final = Repository()
ROWS: Final = read_table(TABLE.read_text(encoding="utf-8"))


def test_every_query_is_in_the_table_or_says_why_not() -> None:
    files = [str(path) for path in REPOSITORY.sql_paths if path.parent.name != "migrations"]
    queries = {(file, query.name) for file in files for query in queries_in(REPOSITORY.text(file))}

    unlisted = queries - {(row.file, row.query) for row in ROWS}
    assert {query for _, query in unlisted} == UNLISTED.keys()


def test_no_mutation_is_listed_twice() -> None:
    mutations = [(row.file, row.query, row.old, row.new, row.nth) for row in ROWS]

    assert len(mutations) == len(set(mutations))


def test_every_row_of_the_table_has_tests_and_matches_its_query() -> None:
    assert lines(stale_rows(REPOSITORY, ROWS)) == []


def test_every_test_of_the_table_exists() -> None:
    named = {test for row in ROWS for test in row.tests}
    files = {test.partition("::")[0] for test in named}

    assert sorted(named - files - {f"{file}::{test}" for file in files for test in _tests_in(file)}) == []


def _tests_in(file: str) -> list[str]:
    module = next((module for module in REPOSITORY.modules if module.path == PurePosixPath(file)), None)
    functions = [node for node in module.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)] if module else []
    return [function.name for function in functions]
