"""A process that imports tests, and the code that they use, once, and forks a child for each run of them.

Only `.sql` files may change between the runs: each child reads the queries again. Requests and replies are those of
`tests/mutations/workers/worker.py`; servers are those that the environment names.
"""

import gc
import io
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

import pytest

from shared.postgres.queries import Queries
from tests.mutations.workers.worker import OPTIONS, OUTCOMES, Outcome, run_in_child, serve

_OUTCOMES: Final = {**OUTCOMES, pytest.ExitCode.INTERRUPTED: Outcome.UNUSABLE}
"""A test file that cannot be imported fails for another reason than SQL."""

_TIME_LIMIT: Final = ("--timeout=40",)
"""For one test. With some mutations a test waits for ever."""


class _QueriesAgain:
    """A pytest plugin that reads all queries again that were read when the code was imported."""

    def __init__(self, reads: Sequence[Callable[[], None]]) -> None:
        self._reads = reads

    def pytest_sessionstart(self) -> None:
        for read in self._reads:
            read()


def _remember_reads() -> Sequence[Callable[[], None]]:
    """Functions that repeat each read of queries from now on."""
    reads: list[Callable[[], None]] = []
    read = Queries.__init__

    def read_and_remember(self: Queries, path: Path, **parts: str) -> None:
        read(self, path, **parts)
        reads.append(lambda: read(self, path, **parts))

    Queries.__init__ = read_and_remember  # type: ignore[method-assign]
    return reads


def main() -> None:
    queries_again = _QueriesAgain(_remember_reads())
    collected: set[str] = set()

    def run(tests: list[str], timeout_s: float) -> Outcome:
        _collect({test.partition("::")[0] for test in tests} - collected)
        collected.update(test.partition("::")[0] for test in tests)
        return run_in_child([*_TIME_LIMIT, *tests], timeout_s, plugins=[queries_again], outcomes=_OUTCOMES)[0]

    serve(run)


def _collect(files: set[str]) -> None:
    """Import test files the way pytest imports them."""
    if files:
        with redirect_stdout(io.StringIO()):
            pytest.main(["--collect-only", *OPTIONS, *sorted(files)])
        gc.freeze()  # collections of garbage in the children need not look at what is here already


if __name__ == "__main__":
    main()
