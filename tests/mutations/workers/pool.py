"""A pool of worker processes, each with its own copy of the repository."""

import json
import queue
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from tests.house.repository import Repository
from tests.mutations.workers.worker import Outcome
from tests.mutations.workspace import copy_repository, environment, planted, python


class WorkerDied(Exception):
    """A worker process died. Its standard error says why."""


class Worker:
    """One worker process and its copy."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        copy_repository(repository, folder)
        self._folder = folder
        self._process = subprocess.Popen(
            [python(), "-m", "tests.mutations.workers.worker"],
            cwd=folder,
            env=dict(environment(folder)),
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
    with ExitStack() as stack:
        yield WorkerPool([stack.enter_context(Worker(repository, folder / str(index))) for index in range(number)])
