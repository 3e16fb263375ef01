"""This repository follows its own rules, and its documents cover its catalogues."""

import pytest

from tests.house.checks import find_breaches, retired_words
from tests.house.checks.any_types import EXEMPT_FILES as ANY_EXEMPT
from tests.house.checks.documents import find_undocumented
from tests.house.checks.exemptions import find_exemption
from tests.house.checks.keyword_unpacking import EXEMPT_FILES as UNPACKING_EXEMPT
from tests.house.checks.sizes import ONE_FILE_EACH
from tests.house.conftest import lines
from tests.house.names import defined_names, split_name
from tests.house.repository import Repository


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
