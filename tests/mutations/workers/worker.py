"""A process that imports all libraries once and forks a child for each run of tests.

`python -m tests.mutations.workers.worker` reads one JSON object per line, with `tests` and `timeout_s`, and replies with
`outcome` (a value of `Outcome`) and `seconds`. Tests that need servers are skipped: code that makes decisions needs none.
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

import pytest

_SERVERS: Final = "servers"
"""The name of the fixture that starts NATS and Postgres."""


class Outcome(StrEnum):
    """The outcome of a run of tests."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    UNUSABLE = "unusable"
    """pytest could not run, for example because a test does not exist."""


OPTIONS: Final = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-p", "no:schemathesis"),  # takes longer to start than most tests run, and only tests of contracts use it
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # pytest plugins are imported before pytest can rewrite them
)
OUTCOMES: Final[Mapping[pytest.ExitCode, Outcome]] = {
    pytest.ExitCode.OK: Outcome.PASSED,
    pytest.ExitCode.NO_TESTS_COLLECTED: Outcome.PASSED,
    pytest.ExitCode.TESTS_FAILED: Outcome.FAILED,
    pytest.ExitCode.INTERRUPTED: Outcome.FAILED,
    pytest.ExitCode.INTERNAL_ERROR: Outcome.FAILED,
    pytest.ExitCode.USAGE_ERROR: Outcome.UNUSABLE,
}


class _WithoutServers:
    """A pytest plugin that deselects tests that need servers."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if _SERVERS not in getattr(item, "fixturenames", ())]


def main() -> None:
    def run(tests: list[str], timeout_s: float) -> Outcome:
        outcome, libraries = run_in_child(tests, timeout_s, plugins=[_WithoutServers()])
        _import(libraries)
        return outcome

    serve(run)


def serve(run: Callable[[list[str], float], Outcome]) -> None:
    """Answer one request after the other until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        started = time.monotonic()
        outcome = run(request["tests"], float(request["timeout_s"]))
        answer = {"outcome": outcome.value, "seconds": time.monotonic() - started}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def run_in_child(
    tests: list[str], timeout_s: float, *, plugins: Sequence[object], outcomes: Mapping[pytest.ExitCode, Outcome] = OUTCOMES
) -> tuple[Outcome, list[str]]:
    """Run tests in a child process. Returns the outcome, and the libraries that the child imported."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.close(read_end)
        _be_child(tests, write_end, plugins)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        report = b""
        deadline = time.monotonic() + timeout_s
        while select.select([pipe], [], [], max(deadline - time.monotonic(), 0))[0]:
            chunk = os.read(pipe.fileno(), 65_536)
            if not chunk:
                break
            report += chunk
        else:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Outcome.TIMED_OUT, []
    os.waitpid(child, 0)
    if not report:
        return Outcome.FAILED, []  # the child died without a report
    code, *libraries = report.decode().split()
    return outcomes.get(pytest.ExitCode(int(code)), Outcome.FAILED), libraries


def _be_child(tests: list[str], write_end: int, plugins: Sequence[object]) -> None:
    """Run the tests in a new process group, report, and exit without running the parent's exit handlers."""
    os.setsid()
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    before = set(sys.modules)
    code = pytest.main([*tests, *OPTIONS], plugins=plugins)
    os.write(write_end, " ".join([str(int(code)), *_libraries(set(sys.modules) - before)]).encode())
    os._exit(0)


def _libraries(names: set[str]) -> list[str]:
    """The imported modules that are not part of the copy, and so are the same for every mutant.

    Their private modules are left out: `asyncio` breaks if `_asyncio` is imported before it.
    """
    copy = str(Path.cwd())
    files = {name: getattr(sys.modules[name], "__file__", None) for name in sorted(names)}
    return [
        name
        for name, file in files.items()
        if file and not file.startswith(copy) and not any(part.startswith("_") for part in name.split("."))
    ]


def _import(libraries: list[str]) -> None:
    for name in libraries:
        with suppress(Exception):
            importlib.import_module(name)
    gc.freeze()  # collections of garbage in the children need not look at what is here already


if __name__ == "__main__":
    main()
