"""A worker tells which tests run and fail, and they see each change of a query."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

import pytest

from tests.house.conftest import Plant
from tests.house.repository import ROOT
from tests.mutations.code.conftest import python_below
from tests.mutations.sql.conftest import FILE, SQL
from tests.mutations.workers.pool import Worker
from tests.mutations.workers.worker import Outcome

MODULE: Final = """\
from shared.postgres.queries import Queries

_QUERIES = Queries.beside(__file__)


def find_day() -> str:
    return _QUERIES["find_day"]
"""
TESTS: Final = """\
from services.days.days import find_day


def test_day() -> None:
    assert "day = $2" in find_day()


def test_rep() -> None:
    assert "rep_id = $1" in find_day()
"""
TIMEOUT_S: Final = 60.0


@pytest.fixture
def worker(plant: Plant) -> Iterator[Worker]:
    files = {
        FILE: SQL,
        "services/days/days.py": MODULE,
        "tests/services/test_days.py": TESTS,
        "tests/services/test_unimportable.py": "import nowhere\n",
    }
    sources = [*python_below("tests/house"), *python_below("tests/mutations"), *python_below("shared/postgres")]
    sources += [ROOT / "shared" / name for name in ("__init__.py", "errors.py")]
    root = plant(files | {str(path.relative_to(ROOT)): path.read_text() for path in sources}).root
    with Worker(root, module="tests.mutations.sql.worker") as started:
        yield started


def test_each_run_sees_the_queries_as_they_are_now(worker: Worker) -> None:
    path, tests, mutated = PurePosixPath(FILE), ["tests/services/test_days.py"], SQL.replace("day = $2", "day > $2")

    assert worker.run(tests, timeout_s=TIMEOUT_S)[0] is Outcome.PASSED
    assert worker.run_with(path, mutated, tests, timeout_s=TIMEOUT_S) is Outcome.FAILED
    assert worker.run(tests, timeout_s=TIMEOUT_S)[0] is Outcome.PASSED


def test_only_the_named_tests_are_run(worker: Worker) -> None:
    path, mutated = PurePosixPath(FILE), SQL.replace("day = $2", "day > $2")
    tests = [f"tests/services/test_days.py::{name}" for name in ("test_rep", "test_day")]

    outcomes = [worker.run_with(path, mutated, [test], timeout_s=TIMEOUT_S) for test in tests]

    assert outcomes == [Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize(
    "test", ["tests/test_gone.py", "tests/services/test_days.py::test_gone", "tests/services/test_unimportable.py"]
)
def test_a_test_that_cannot_run_finds_nothing(worker: Worker, test: str) -> None:
    assert worker.run([test], timeout_s=TIMEOUT_S)[0] is Outcome.UNUSABLE
