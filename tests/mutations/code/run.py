"""Runs the tests on every mutant and reports how many mutants of each package were killed."""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tests.house.repository import Repository
from tests.mutations.code.equivalents import FILE, Equivalent, read_equivalents, unneeded_equivalents
from tests.mutations.code.mutant import Mutant
from tests.mutations.code.packages import Target, find_targets, read_packages
from tests.mutations.code.session import FOLDER, Session, mutant_key, target_digest
from tests.mutations.workers.pool import Worker, WorkerPool, running_workers
from tests.mutations.workers.worker import Outcome

BASELINE_TIMEOUT_S: Final = 300.0
TIMEOUT_FACTOR: Final = 4.0
TIMEOUT_MIN_S: Final = 10.0


class BaselineFails(Exception):
    """The tests fail without a mutation, so they cannot kill a mutant. Make them pass first."""


FindMutants = Callable[[str], list[Mutant]]
"""Finds all mutants of the text of a module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of a mutant. It survives if the tests pass. `is_equivalent`: it survives and is listed as equivalent."""

    target: Target
    mutant: Mutant
    survives: bool
    is_equivalent: bool


def run_mutations(
    repository: Repository,
    paths: Sequence[str],
    *,
    find_mutants: FindMutants,
    write: Callable[[str], object] = sys.stdout.write,
) -> int:
    """Run all mutants of the modules in these files and folders, or of all modules if there are no paths.

    Returns the exit status: 1 if a package is below its bar or a listed survivor is not one any more.
    """
    packages = read_packages(repository.text("pyproject.toml"))
    targets = [target for target in find_targets(repository, packages) if _is_below(target.path, paths)]
    equivalents = read_equivalents(FILE.read_text(encoding="utf-8"))
    session = Session(repository.root / FOLDER / "results.jsonl")
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory(prefix="daymark-mutations-") as folder,
        running_workers(repository, Path(folder), number=os.cpu_count() or 1) as pool,
    ):
        for target in targets:
            mutants = find_mutants(repository.text(target.path))
            of_target = _run_target(repository, target, mutants, pool=pool, session=session, equivalents=equivalents)
            results += of_target
            write(_progress(target, of_target))
    breaches = unneeded_equivalents(
        equivalents,
        mutants=[(result.target.path, result.mutant) for result in results],
        survivors=[(result.target.path, result.mutant) for result in results if result.survives],
    )
    lines = [f"{breach}\n" for breach in breaches]
    table, is_below_bar = summarize(results)
    write("".join([*lines, table]))
    return 1 if is_below_bar or lines else 0


def summarize(results: Sequence[Result]) -> tuple[str, bool]:
    """A table with one row per package, and whether a package is below its bar. Listed survivors do not count."""
    rows = [f"{'package':<20} {'killed':>7} {'survived':>9} {'listed':>7} {'rate':>7} {'bar':>5}\n"]
    is_below_bar = False
    for package in dict.fromkeys(result.target.package for result in results):
        of_package = [result for result in results if result.target.package == package]
        listed = sum(result.is_equivalent for result in of_package)
        killed = sum(not result.survives for result in of_package)
        survived = len(of_package) - killed - listed
        rate = killed / (killed + survived) if killed + survived else 1.0
        is_below_bar |= rate < package.bar
        note = "  below its bar" if rate < package.bar else ""
        rows.append(f"{package.name:<20} {killed:>7} {survived:>9} {listed:>7} {rate:>7.1%} {package.bar:>5.0%}{note}\n")
    return "".join(rows), is_below_bar


def _run_target(
    repository: Repository,
    target: Target,
    mutants: Sequence[Mutant],
    *,
    pool: WorkerPool,
    session: Session,
    equivalents: Sequence[Equivalent],
) -> list[Result]:
    digest = target_digest(repository, target)
    keys = {mutant.text: mutant_key(digest, mutant) for mutant in mutants}
    pending = [mutant for mutant in mutants if session.find(keys[mutant.text]) is None]
    if pending:
        with pool.borrow() as worker:
            timeouts_s = [_timeout_s(worker, tests) for tests in (target.nearest, target.wider)]

        def run(mutant: Mutant) -> None:
            with pool.borrow() as worker:
                session.add(keys[mutant.text], survived=_survives(worker, target, mutant, timeouts_s=timeouts_s))

        with ThreadPoolExecutor(pool.size) as threads:
            list(threads.map(run, pending))
    return [
        Result(
            target=target,
            mutant=mutant,
            survives=(survives := bool(session.find(keys[mutant.text]))),
            is_equivalent=survives and any(entry.matches(target.path, mutant) for entry in equivalents),
        )
        for mutant in mutants
    ]


def _survives(worker: Worker, target: Target, mutant: Mutant, *, timeouts_s: Sequence[float]) -> bool:
    """Run the nearest tests first: they are fast and kill most mutants."""
    for tests, timeout_s in zip((target.nearest, target.wider), timeouts_s, strict=True):
        if tests and worker.run_with(target.path, mutant.text, tests, timeout_s=timeout_s) is not Outcome.PASSED:
            return False
    return True


def _timeout_s(worker: Worker, tests: Sequence[str]) -> float:
    """The time limit for these tests, from the time that they take without a mutation."""
    if not tests:
        return TIMEOUT_MIN_S
    outcome, seconds = worker.run(tests, timeout_s=BASELINE_TIMEOUT_S)
    if outcome is not Outcome.PASSED:
        raise BaselineFails(f"pytest {' '.join(tests)}: {outcome} without a mutation")
    return max(seconds * TIMEOUT_FACTOR, TIMEOUT_MIN_S)


def _is_below(path: PurePosixPath, paths: Sequence[str]) -> bool:
    return not paths or any(PurePosixPath(top) in (path, *path.parents) for top in paths)


def _progress(target: Target, results: Sequence[Result]) -> str:
    survivors = [result.mutant for result in results if result.survives and not result.is_equivalent]
    return "".join([f"{target.path}: {len(results)} mutants, {len(survivors)} survived\n", *map(_shown, survivors)])


def _shown(mutant: Mutant) -> str:
    place = f"line {mutant.line}, in {mutant.function or 'the module'}: {mutant.operator}"
    return f"  {place}\n    was     {mutant.was}\n    becomes {mutant.becomes}\n"
