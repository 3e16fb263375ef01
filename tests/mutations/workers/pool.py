"""A pool of worker processes, each with its own copy of the repository."""

import json
import queue
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from types import MappingProxyType, TracebackType
from typing import Final, Self

from tests.house.repository import Repository
from tests.mutations.workers.worker import Outcome
from tests.mutations.workspace import copy_repository, environment, planted, python

NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


class WorkerDied(Exception):
    """A worker process died. Its standard error says why."""


class Worker:
    """One worker process in a copy of the repository, with these variables in its environment."""

    def __init__(
        self, folder: Path, *, module: str = "tests.mutations.workers.worker", variables: Mapping[str, str] = NO_VARIABLES
    ) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [python(), "-m", module],
            cwd=folder,
            env={**environment(folder), **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def run(self, tests: Sequence[str], *, timeout_s: float) -> tuple[Outcome, float]:
        """Run tests without a mutation. Returns the outcome and the time in seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"tests": list(tests), "timeout_s": timeout_s}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise WorkerDied
        answer = json.loads(line)
        return Outcome(answer["outcome"]), float(answer["seconds"])

    def run_with(self, path: PurePosixPath, text: str, tests: Sequence[str], *, timeout_s: float) -> Outcome:
        """Run tests while a file of the copy has another text."""
        with planted(self._folder, path, text):
            return self.run(tests, timeout_s=timeout_s)[0]


class WorkerPool:
    """Workers that can be borrowed one at a time."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.size = len(workers)
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in workers:
            self._free.put(worker)

    @contextmanager
    def borrow(self) -> Iterator[Worker]:
        worker = self._free.get()
        try:
            yield worker
        finally:
            self._free.put(worker)


@contextmanager
def running_workers(repository: Repository, folder: Path, *, number: int) -> Iterator[WorkerPool]:
    """Start workers with their copies in this folder, and stop them at the end."""
    folders = [folder / str(index) for index in range(number)]
    for copy in folders:
        copy_repository(repository, copy)
    with ExitStack() as stack:
        yield WorkerPool([stack.enter_context(Worker(copy)) for copy in folders])
