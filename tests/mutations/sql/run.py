"""Applies mutations of SQL one by one in copies of the repository, and runs the tests that must fail."""

import asyncio
import logging
import os
import queue
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

import pytest
import structlog

from tests.backends import running_servers
from tests.house.repository import Breach, Repository
from tests.mutations.sql.mutations import TABLE, MutationStale, SqlMutation, plant, write_row
from tests.mutations.sql.prepare import invalid_mutations
from tests.mutations.workspace import copy_repository, environment, planted, python

TIMEOUT_S: Final = 600.0


class Verdict(StrEnum):
    """What the tests found out about a mutation."""

    FOUND = "found"
    MISSED = "missed"
    UNUSABLE = "unusable"
    """The tests could not run, for example because one of them does not exist."""


RunTests = Callable[[Path, Sequence[str]], Verdict]
"""Runs tests in a copy of the repository."""


def run_table(repository: Repository, mutations: Sequence[SqlMutation], write: Callable[[str], object]) -> int:
    """Run the rows of the table. Returns the exit status: 1 if a mutation was missed or a row is wrong."""
    breaches = list(stale_rows(repository, mutations))
    if not breaches:
        breaches += [_breach(mutation, "is not SQL") for mutation in asyncio.run(_find_invalid(repository, mutations))]
    if not breaches:
        breaches += judge(repository, mutations, run_tests=run_pytest, write=write)
    for breach in breaches:
        write(f"{breach}\n")
    write(f"{len(mutations)} mutations of SQL, {len(breaches)} breaches\n")
    return 1 if breaches else 0


def survey(
    repository: Repository, proposals: Sequence[SqlMutation], tests: Sequence[str], write: Callable[[str], object]
) -> int:
    """Run proposals against tests, and write those that no test finds as rows for the table. Returns the exit status."""
    invalid = asyncio.run(_find_invalid(repository, proposals))
    valid = [proposal for proposal in proposals if proposal not in invalid]
    missed = []
    for mutation, verdict in verdicts(repository, [(mutation, tuple(tests)) for mutation in valid], run_tests=run_pytest):
        if verdict is Verdict.MISSED:
            missed.append(mutation)
            write(write_row(mutation) + "\n")
    write(f"# {len(valid)} mutations, {len(missed)} missed by {' '.join(tests)}\n")
    return 1 if missed else 0


def stale_rows(repository: Repository, mutations: Sequence[SqlMutation]) -> Iterator[Breach]:
    """Rows without tests, and rows whose text is not in the query."""
    for mutation in mutations:
        if not mutation.tests:
            yield _breach(mutation, "names no test")
        try:
            plant(repository.text(mutation.file) if repository.has(mutation.file) else "", mutation)
        except MutationStale:
            yield _breach(mutation, "replaces text that is not in the query")


def judge(
    repository: Repository,
    mutations: Sequence[SqlMutation],
    *,
    run_tests: RunTests,
    write: Callable[[str], object],
) -> list[Breach]:
    """The rows whose tests do not find the mutation. Tests that fail without a mutation cannot find one."""
    breaches = []
    tests = sorted({test for mutation in mutations for test in mutation.tests})
    with _copies(repository, 1) as copies, copies.borrow() as copy:
        if tests and run_tests(copy, tests) is not Verdict.MISSED:
            return [Breach(place=TABLE.name, fact="its tests fail without a mutation", remedy="make them pass first")]
    work = [(mutation, (test,)) for mutation in mutations for test in mutation.tests]
    for mutation, verdict in verdicts(repository, work, run_tests=run_tests):
        write(f"{verdict}: {mutation.title}\n")
        if verdict is not Verdict.FOUND:
            breaches.append(_breach(mutation, f"is {verdict} by its tests"))
    return breaches


def verdicts(
    repository: Repository, work: Sequence[tuple[SqlMutation, Sequence[str]]], *, run_tests: RunTests
) -> Iterator[tuple[SqlMutation, Verdict]]:
    """Run each mutation with its tests, several at a time. The verdicts come in the order of `work`."""
    number = os.cpu_count() or 1
    with _copies(repository, number) as copies, ThreadPoolExecutor(number) as threads:

        def run(item: tuple[SqlMutation, Sequence[str]]) -> tuple[SqlMutation, Verdict]:
            mutation, tests = item
            text = plant(repository.text(mutation.file), mutation)
            with copies.borrow() as copy, planted(copy, PurePosixPath(mutation.file), text):
                return mutation, run_tests(copy, tests)

        yield from threads.map(run, work)


def run_pytest(folder: Path, tests: Sequence[str]) -> Verdict:
    """Run tests in a new process, with its own servers."""
    command = [python(), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=folder, env=dict(environment(folder)), capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Verdict.FOUND
    return {pytest.ExitCode.OK: Verdict.MISSED, pytest.ExitCode.TESTS_FAILED: Verdict.FOUND}.get(
        pytest.ExitCode(done.returncode), Verdict.UNUSABLE
    )


async def _find_invalid(repository: Repository, mutations: Sequence[SqlMutation]) -> list[SqlMutation]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with running_servers() as servers:
        return await invalid_mutations(repository, mutations, servers=servers)


class _Copies:
    """A pool of copies of the repository."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._free: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for folder in folders:
            self._free.put(folder)

    @contextmanager
    def borrow(self) -> Iterator[Path]:
        folder = self._free.get()
        try:
            yield folder
        finally:
            self._free.put(folder)


@contextmanager
def _copies(repository: Repository, number: int) -> Iterator[_Copies]:
    with tempfile.TemporaryDirectory(prefix="daymark-sql-mutations-") as name:
        Path(name).chmod(0o755)
        folders = [Path(name) / str(index) for index in range(number)]
        for folder in folders:
            copy_repository(repository, folder)
        yield _Copies(folders)


def _breach(mutation: SqlMutation, fact: str) -> Breach:
    place = f"{TABLE.name}: {mutation.title}"
    return Breach(place=place, fact=fact, remedy="add the case to its tests, or update the row")
