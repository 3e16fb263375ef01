"""This repository follows its own rules, and its documents cover its catalogues."""

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from deploy.local.cli.app import make_app
from services.ingest.domain.adapters import ADAPTERS
from services.nudges.deliver.channels import CHANNELS
from services.nudges.rules.catalogue import RULES
from shared.facts import FACTS
from tests.house.checks import catalogues, find_breaches, retired_words
from tests.house.checks.any_types import EXEMPT_FILES as ANY_EXEMPT
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


def test_each_rule_has_its_row_and_its_messages(repository: Repository) -> None:
    titles = {name: rule.title for name, rule in RULES.items()}

    assert lines(catalogues.rules_without_documents(titles, repository)) == []


def test_each_adapter_has_its_page_and_its_row(repository: Repository) -> None:
    pages = {kind: adapter.page for kind, adapter in ADAPTERS.items()}

    assert lines(catalogues.adapters_without_documents(pages, repository)) == []


def test_each_filter_has_its_row(repository: Repository) -> None:
    keys = [fact.filter.key for fact in FACTS if fact.filter is not None]

    assert lines(catalogues.filters_without_documents(keys, repository)) == []


def test_each_channel_has_its_section(repository: Repository) -> None:
    assert lines(catalogues.channels_without_documents(CHANNELS, repository)) == []


def test_each_command_is_in_the_manual(repository: Repository) -> None:
    root = typer.main.get_command(make_app())

    assert lines(catalogues.commands_without_documents(_commands(root), repository)) == []


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


def _commands(command: object, name: str = "") -> list[str]:
    """The full names of all commands, without the groups that contain them."""
    if isinstance(command, TyperGroup):
        return [whole for key, inner in command.commands.items() for whole in _commands(inner, f"{name} {key}".strip())]
    return [name] if isinstance(command, TyperCommand) and not command.hidden else []
