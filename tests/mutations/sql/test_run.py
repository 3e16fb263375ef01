"""Each mutation must be found by its tests, and rows that are wrong are reported."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.conftest import lines
from tests.house.repository import Repository
from tests.mutations.sql.conftest import FILE, SQL, row
from tests.mutations.sql.mutations import SqlMutation
from tests.mutations.sql.run import Verdict, judge, stale_rows
from tests.mutations.workers.worker import Outcome


def _tests_that_read_the_query(folder: Path, tests: Sequence[str]) -> Verdict:
    """Stands for tests that find a moved boundary and nothing else."""
    assert tests
    return Verdict.MISSED if "day < $2" in (folder / FILE).read_text() else Verdict.FOUND


def test_a_mutation_that_is_found_is_no_breach(days: Repository) -> None:
    output: list[str] = []

    breaches = judge(days, [row()], run_tests=_tests_that_read_the_query, write=output.append)

    assert lines(breaches) == []
    assert output == [f"found: {row().title}\n"]
    assert days.text(FILE) == SQL


def test_a_mutation_that_is_missed_is_a_breach(days: Repository) -> None:
    missed = row(old="rep_id = $1", new="true")

    breaches = judge(days, [row(), missed], run_tests=_tests_that_read_the_query, write=lambda _: None)

    assert [str(breach).partition(";")[0] for breach in breaches] == [f"table.toml: {missed.title}: is missed by its tests"]


def test_each_test_of_a_row_must_find_the_mutation(days: Repository) -> None:
    def only_the_first_finds_it(folder: Path, tests: Sequence[str]) -> Verdict:
        return Verdict.MISSED if "second" in tests[0] else _tests_that_read_the_query(folder, tests)

    breaches = judge(days, [row(tests=("first", "second"))], run_tests=only_the_first_finds_it, write=lambda _: None)

    assert len(breaches) == 1


def test_tests_that_fail_without_a_mutation_are_a_breach(days: Repository) -> None:
    breaches = judge(days, [row()], run_tests=lambda _folder, _tests: Verdict.FOUND, write=lambda _: None)

    assert lines(breaches) == ["table.toml: its tests fail without a mutation; make them pass first"]


@pytest.mark.parametrize(
    ("mutation", "fact"),
    [
        (row(tests=()), "names no test"),
        (row(old="day > $2"), "replaces text that is not in the query"),
        (row(query="gone"), "replaces text that is not in the query"),
    ],
)
def test_a_row_that_is_wrong_is_a_breach(days: Repository, mutation: SqlMutation, fact: str) -> None:
    assert [line for line in lines(stale_rows(days, [mutation])) if fact in line]


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome.PASSED, Verdict.MISSED),
        (Outcome.FAILED, Verdict.FOUND),
        (Outcome.TIMED_OUT, Verdict.FOUND),
        (Outcome.UNUSABLE, Verdict.UNUSABLE),
    ],
)
def test_only_tests_that_run_and_fail_find_a_mutation(outcome: Outcome, verdict: Verdict) -> None:
    assert Verdict.of(outcome) is verdict
