"""This repository follows its own rules, and its documents cover its catalogues."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checks import find_breaches, retired_words
from tests.house.checks.any_types import EXEMPT_FILES as ANY_EXEMPT
from tests.house.checks.documents import find_undocumented
from tests.house.checks.exemptions import find_exemption
from tests.house.checks.keyword_unpacking import EXEMPT_FILES as UNPACKING_EXEMPT
from tests.house.checks.sizes import ONE_FILE_EACH
from tests.house.conftest import lines
from tests.house.names import defined_names, split_name
from tests.house.repository import CODE, ROOT, Repository


@pytest.fixture(scope="module")
def repository() -> Repository:
    return Repository()


def test_there_is_no_breach(repository: Repository) -> None:
    assert lines(find_breaches(repository)) == []


def test_the_documents_cover_what_the_code_offers(repository: Repository) -> None:
    assert lines(find_undocumented(repository)) == []


def test_each_exception_of_a_check_is_needed(repository: Repository) -> None:
    names = {split_name(name.text) for module in repository.modules for name in defined_names(module)}
    names |= {split_name(path.stem) for path in repository.paths}
    phrases = {name[start:end] for name in names for start in range(len(name)) for end in range(start + 1, len(name) + 1)}
    folders = {str(folder) for folder in repository.folders}
    used = {find_exemption(path, exempt_files) for path in repository.paths for exempt_files in (ANY_EXEMPT, UNPACKING_EXEMPT)}

    assert [name for name in retired_words.ALLOWED if split_name(name) not in phrases] == []
    assert [folder for folder in ONE_FILE_EACH if folder not in folders] == []
    assert [place for place in retired_words.ALLOWED_IN if place not in folders and not repository.has(place)] == []
    assert sorted({*ANY_EXEMPT, *UNPACKING_EXEMPT} - used) == []


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("from shared.event_types import NO_SUCH", "ImportError: cannot import name 'NO_SUCH'"),
        ("NOTHING = UNDEFINED", "NameError: name 'UNDEFINED' is not defined"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_code_that_cannot_be_imported_is_one_breach_beside_the_others(tmp_path: Path, line: str, fact: str) -> None:
    for folder in (*CODE, "tests/house"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "services/nudges/utils.py").write_text("one = 1\n")
    streak = tmp_path / "services/nudges/rules/streak.py"
    streak.write_text(f"{streak.read_text()}\n{line}\n")

    done = subprocess.run([sys.executable, "-m", "tests.house"], cwd=tmp_path, capture_output=True, text=True, check=False)

    breaches = done.stderr.splitlines()
    assert done.returncode == 1
    assert "services/nudges/utils.py:1: `one` does not say what it is" in done.stderr
    assert (
        f"services/nudges/rules/streak.py:{len(streak.read_text().splitlines())}: the catalogues cannot be imported: {fact}"
        in breaches[-1]
    )
    assert "Traceback" not in done.stderr
