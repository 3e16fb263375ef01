"""Documents cover the catalogues, and each exception of a check is needed. That there is no breach, `make check` says."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house.checks import (
    CHECKS,
    any_types,
    keyword_unpacking,
    queries,
    retired_words,
    sizes,
    value_names,
)
from tests.house.checks.documents import find_undocumented
from tests.house.checks.exemptions import find_exemption
from tests.house.conftest import lines
from tests.house.names import defined_names, split_name
from tests.house.repository import CODE, ROOT, Breach, Repository

EXEMPT_FILES = (any_types.EXEMPT_FILES, keyword_unpacking.EXEMPT_FILES, queries.EXEMPT_FILES)


@pytest.fixture(scope="module")
def repository() -> Repository:
    return Repository()


def test_the_documents_cover_what_the_code_offers(repository: Repository) -> None:
    assert lines(find_undocumented(repository)) == []


def test_each_exception_of_a_check_is_needed(repository: Repository) -> None:
    names = {split_name(name.text) for module in repository.modules for name in defined_names(module)}
    names |= {split_name(path.stem) for path in repository.paths}
    phrases = {name[start:end] for name in names for start in range(len(name)) for end in range(start + 1, len(name) + 1)}
    used = {find_exemption(path, exempt_files) for path in repository.paths for exempt_files in EXEMPT_FILES}

    assert [name for name in retired_words.ALLOWED if split_name(name) not in phrases] == []
    assert sorted({pattern for exempt_files in EXEMPT_FILES for pattern in exempt_files} - used) == []


def test_each_folder_of_one_file_each_is_over_the_limit(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = set(sizes.ONE_FILE_EACH)
    monkeypatch.setattr(sizes, "ONE_FILE_EACH", {})

    places = _places(sizes.folder_sizes(repository))
    assert sorted(folder for folder in folders if not {folder, f"tests/{folder}"} & places) == []


def test_each_folder_of_mathematical_code_names_its_variables_so(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = value_names.MATHS
    monkeypatch.setattr(value_names, "MATHS", ())

    places = _places(value_names.value_names_in_python(repository))
    assert [folder for folder in folders if not any(place.removeprefix("tests/").startswith(folder) for place in places)] == []


def test_each_retired_word_that_is_allowed_somewhere_is_used_there(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = [(place, name) for place, names in retired_words.ALLOWED_IN.items() for name in names]
    monkeypatch.setattr(retired_words, "ALLOWED_IN", {})

    breaches = lines(_retired(repository))
    assert [
        (place, name)
        for place, name in allowed
        if not any(breach.startswith((f"{place}/", f"{place}:")) and f"`{name}`" in breach for breach in breaches)
    ] == []


def test_each_file_that_may_have_former_names_in_sql_has_some(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    former = list(retired_words.FORMER_NAMES)
    monkeypatch.setattr(retired_words, "FORMER_NAMES", {})

    breaches = lines(_retired(repository))
    assert [place for place in former if not any(breach.startswith((f"{place}/", f"{place}:")) for breach in breaches)] == []


def test_each_retired_word_that_is_plain_english_is_in_the_name_of_a_test(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = retired_words.ENGLISH
    monkeypatch.setattr(retired_words, "ENGLISH", frozenset())

    breaches = lines(_retired(repository))
    assert sorted(name for name in english if not any(f"has the retired word `{name}`" in breach for breach in breaches)) == []


def _retired(repository: Repository) -> list[Breach]:
    return [breach for check in CHECKS if check.__module__ == retired_words.__name__ for breach in check(repository)]


def _places(breaches: Iterable[Breach]) -> set[str]:
    return {breach.place for breach in breaches}


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("from shared.event_types import NO_SUCH", "ImportError: cannot import name 'NO_SUCH'"),
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
