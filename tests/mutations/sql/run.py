"""Applies mutations of SQL one by one in copies of the repository, and runs the tests that must fail.

One copy per processor, each with a Postgres and a worker process. Both stay for all of its runs, which would start for longer
than they take otherwise.
"""

import asyncio
import logging
import os
import queue
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

import structlog

from deploy.local.servers.postgres_server import PostgresServer
from tests.backends import running_servers
from tests.house.repository import Breach, Repository
from tests.mutations.sql.mutations import TABLE, MutationStale, SqlMutation, plant, write_row
from tests.mutations.sql.prepare import invalid_mutations
from tests.mutations.workers.pool import Worker
from tests.mutations.workers.worker import Outcome
from tests.mutations.workspace import copy_repository, planted

TIMEOUT_S: Final = 900.0
"""Long enough for half of all tests of the table. A test that waits for ever ends earlier, by its own time limit."""


class Verdict(StrEnum):
    """What the tests found out about a mutation."""

    FOUND = "found"
    MISSED = "missed"
    UNUSABLE = "unusable"
    """The tests could not run, for example because one of them does not exist."""

    @classmethod
    def of(cls, outcome: Outcome) -> "Verdict":
        return {Outcome.PASSED: cls.MISSED, Outcome.UNUSABLE: cls.UNUSABLE}.get(outcome, cls.FOUND)


RunTests = Callable[[Path, Sequence[str]], Verdict]
"""Runs tests in a copy of the repository."""


def run_table(repository: Repository, mutations: Sequence[SqlMutation], write: Callable[[str], object]) -> int:
    """Run the rows of the table. Returns the exit status: 1 if a mutation was missed or a row is wrong."""
    breaches = list(stale_rows(repository, mutations))
    if not breaches:
        breaches += [_breach(mutation, "is not SQL") for mutation in asyncio.run(_find_invalid(repository, mutations))]
    if not breaches:
        with running_pytest() as run_tests:
            breaches += judge(repository, mutations, run_tests=run_tests, write=write)
    for breach in breaches:
        write(f"{breach}\n")
    write(f"{len(mutations)} mutations of SQL in {len({row.file for row in mutations})} files, {len(breaches)} breaches\n")
    return 1 if breaches else 0


def survey(
    repository: Repository, proposals: Sequence[SqlMutation], tests: Sequence[str], write: Callable[[str], object]
) -> int:
    """Run proposals against tests, and write those that no test finds as rows for the table. Returns the exit status."""
    invalid = asyncio.run(_find_invalid(repository, proposals))
    valid = [proposal for proposal in proposals if proposal not in invalid]
    work = [(mutation, tuple(tests)) for mutation in valid]
    missed = []
    with running_pytest() as run_tests, _copies(repository) as copies:
        for mutation, verdict in _verdicts(repository, copies, work, run_tests=run_tests):
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
    work = [(mutation, (test,)) for mutation in mutations for test in mutation.tests]
    with _copies(repository) as copies:
        if not _all_pass(copies, sorted({test for mutation in mutations for test in mutation.tests}), run_tests=run_tests):
            return [Breach(place=TABLE.name, fact="its tests fail without a mutation", remedy="make them pass first")]
        for mutation, verdict in _verdicts(repository, copies, work, run_tests=run_tests):
            write(f"{verdict}: {mutation.title}\n")
            if verdict is not Verdict.FOUND:
                breaches.append(_breach(mutation, f"is {verdict} by its tests"))
    return breaches


def _all_pass(copies: "_Copies", tests: Sequence[str], *, run_tests: RunTests) -> bool:
    """Whether the tests pass without a mutation, run side by side in all copies."""

    def passes(part: Sequence[str]) -> bool:
        with copies.borrow() as copy:
            return run_tests(copy, part) is Verdict.MISSED

    parts = [tests[number :: copies.number] for number in range(copies.number)]
    with ThreadPoolExecutor(copies.number) as threads:
        return all(list(threads.map(passes, filter(None, parts))))


def _verdicts(
    repository: Repository, copies: "_Copies", work: Sequence[tuple[SqlMutation, Sequence[str]]], *, run_tests: RunTests
) -> Iterator[tuple[SqlMutation, Verdict]]:
    """Run each mutation with its tests, several at a time. The verdicts come in the order of `work`."""

    def run(item: tuple[SqlMutation, Sequence[str]]) -> tuple[SqlMutation, Verdict]:
        mutation, tests = item
        text = plant(repository.text(mutation.file), mutation)
        with copies.borrow() as copy, planted(copy, PurePosixPath(mutation.file), text):
            return mutation, run_tests(copy, tests)

    with ThreadPoolExecutor(copies.number) as threads:
        yield from threads.map(run, work)


class Pytest:
    """Runs pytest in a copy, with the worker and the Postgres of that copy."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._workers: dict[Path, Worker] = {}
        self._starting = threading.Lock()

    def __call__(self, folder: Path, tests: Sequence[str]) -> Verdict:
        with self._starting:  # the library that starts Postgres releases its lock twice if two threads start one at once
            if folder not in self._workers:
                self._workers[folder] = self._stack.enter_context(_worker(folder))
        outcome, _ = self._workers[folder].run(tests, timeout_s=TIMEOUT_S)
        return Verdict.of(outcome)


@contextmanager
def running_pytest() -> Iterator[Pytest]:
    """All workers, and their servers, end with the `with` block."""
    with ExitStack() as stack:
        yield Pytest(stack)


@contextmanager
def _worker(folder: Path) -> Iterator[Worker]:
    with _new_folder() as data:
        postgres = PostgresServer(data / "postgres")
        asyncio.run(postgres.start())
        try:
            variables = {"TEST_BACKEND": "given", "TEST_POSTGRES_URL": postgres.url(database="postgres")}
            with Worker(folder, module="tests.mutations.sql.worker", variables=variables) as worker:
                yield worker
        finally:
            asyncio.run(postgres.stop())


async def _find_invalid(repository: Repository, mutations: Sequence[SqlMutation]) -> list[SqlMutation]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with running_servers() as servers:
        return await invalid_mutations(repository, mutations, servers=servers)


class _Copies:
    """A pool of copies of the repository."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.number = len(folders)
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
def _copies(repository: Repository) -> Iterator[_Copies]:
    """One copy for each processor."""
    with _new_folder() as parent:
        folders = [parent / str(index) for index in range(os.cpu_count() or 1)]
        for folder in folders:
            copy_repository(repository, folder)
        yield _Copies(folders)


@contextmanager
def _new_folder() -> Iterator[Path]:
    """A folder that every user may read, as Postgres runs as another one."""
    with tempfile.TemporaryDirectory(prefix="daymark-sql-mutations-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _breach(mutation: SqlMutation, fact: str) -> Breach:
    place = f"{TABLE.name}: {mutation.title}"
    return Breach(place=place, fact=fact, remedy="add the case to its tests, or update the row")
