"""Mutants run in copies of the repository, and the report shows which were killed."""

import pytest

from tests.house.repository import Repository
from tests.mutations.code.conftest import LIMIT, LIMIT_PATH, mutant_of
from tests.mutations.code.packages import Package, Target
from tests.mutations.code.run import BaselineFails, Result, run_mutations, summarize

KILLED = mutant_of(">= 3", "> 3")
SURVIVOR = mutant_of(">= 3", ">= 2")
CRASHED = mutant_of("return", "import nowhere\n    return")
ENDLESS = mutant_of("return", "while True: ...\n    return")


def _run(repository: Repository, *mutants: object, paths: tuple[str, ...] = ()) -> tuple[int, str]:
    output: list[str] = []
    mutants_to_run = [mutant for mutant in (KILLED, SURVIVOR, CRASHED, ENDLESS) if mutant in mutants]
    status = run_mutations(repository, paths, find_mutants=lambda _: mutants_to_run, write=output.append)
    return status, "".join(output)


def test_a_survivor_is_shown_and_counts_against_the_bar(limits: Repository) -> None:
    status, output = _run(limits, KILLED, SURVIVOR)

    assert status == 1
    assert "services/plan/domain/limit.py: 2 mutants, 1 survived" in output
    assert "was     return count >= 3\n    becomes return count >= 2\n" in output
    assert "below its bar" in output


def test_above_the_bar_a_run_exits_with_0_and_leaves_the_code_unchanged(limits: Repository) -> None:
    status, output = _run(limits, KILLED, SURVIVOR, CRASHED)

    assert status == 0
    assert "66.7%" in output
    assert (limits.root / LIMIT_PATH).read_text() == LIMIT


def test_a_mutant_that_never_ends_is_killed(limits: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mutations.code.run.TIMEOUT_MIN_S", 2.0)
    monkeypatch.setattr("tests.mutations.code.run.TIMEOUT_FACTOR", 1.0)

    status, output = _run(limits, ENDLESS)

    assert status == 0
    assert "1 mutants, 0 survived" in output


def test_a_second_run_resumes_the_first_one(limits: Repository) -> None:
    _run(limits, KILLED)
    results = limits.root / ".mutation" / "results.jsonl"
    answers = results.read_text()

    _run(limits, KILLED, SURVIVOR)

    assert results.read_text().startswith(answers)
    assert len(results.read_text().splitlines()) == 2


def test_only_modules_in_the_given_paths_are_run(limits: Repository) -> None:
    _, below = _run(limits, KILLED, paths=("services/plan",))
    _, elsewhere = _run(limits, KILLED, paths=("services/other",))

    assert "limit.py: 1 mutants" in below
    assert "limit.py" not in elsewhere


def test_a_run_stops_if_the_tests_fail_without_a_mutation(limits: Repository) -> None:
    (limits.root / "tests/services/plan/domain/test_limit.py").write_text("def test_never() -> None:\n    assert False\n")

    with pytest.raises(BaselineFails, match="failed without a mutation"):
        _run(limits, KILLED)


@pytest.mark.parametrize(("killed", "is_below"), [(9, False), (8, True)])
def test_a_rate_equal_to_the_bar_is_enough(killed: int, is_below: bool) -> None:
    package = Package(name="limits", bar=0.9, paths=())
    target = Target(package=package, path=LIMIT_PATH, nearest=(), wider=())
    results = [Result(target=target, mutant=KILLED, survives=number >= killed, is_equivalent=False) for number in range(10)]

    assert summarize(results)[1] is is_below


def test_listed_survivors_do_not_count() -> None:
    target = Target(package=Package(name="limits", bar=1.0, paths=()), path=LIMIT_PATH, nearest=(), wider=())
    results = [
        Result(target=target, mutant=KILLED, survives=False, is_equivalent=False),
        Result(target=target, mutant=SURVIVOR, survives=True, is_equivalent=True),
    ]

    table, is_below_bar = summarize(results)

    assert not is_below_bar
    assert "100.0%" in table
