"""Results are kept between runs until the module or its tests change."""

from pathlib import Path, PurePosixPath

from tests.house.repository import Repository
from tests.mutations.code.conftest import LIMIT_PATH, mutant_of
from tests.mutations.code.packages import find_targets, read_packages
from tests.mutations.code.session import Session, mutant_key, target_digest


def _digest(root: Path) -> str:
    repository = Repository(root)
    (target,) = find_targets(repository, read_packages(repository.text("pyproject.toml")))
    return target_digest(repository, target)


def test_a_result_is_found_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / ".mutation" / "results.jsonl"
    Session(path).add("a", survived=True)
    Session(path).add("b", survived=False)

    session = Session(path)

    assert (session.find("a"), session.find("b"), session.find("c")) == (True, False, None)


def test_a_change_of_the_module_or_its_tests_changes_the_digest(limits: Repository) -> None:
    before = _digest(limits.root)

    for path in (LIMIT_PATH, PurePosixPath("tests/services/plan/domain/test_limit.py")):
        file = limits.root / path
        text = file.read_text()
        file.write_text(text + "\n")
        assert _digest(limits.root) != before
        file.write_text(text)
    assert _digest(limits.root) == before


def test_a_change_elsewhere_does_not_change_the_digest(limits: Repository) -> None:
    before = _digest(limits.root)

    (limits.root / "services" / "plan" / "app.py").write_text("")

    assert _digest(limits.root) == before


def test_two_mutants_of_a_module_have_different_keys() -> None:
    assert mutant_key("digest", mutant_of(">= 3", "> 3")) != mutant_key("digest", mutant_of(">= 3", ">= 4"))
