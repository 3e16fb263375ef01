"""What the code offers, held against the documents: rules, adapters, filters, channels and commands."""

from collections.abc import Iterable

import typer
from typer.core import TyperCommand, TyperGroup

from deploy.local.cli.app import make_app
from services.ingest.domain.adapters import ADAPTERS
from services.nudges.deliver.channels import CHANNELS
from services.nudges.rules.catalogue import MANAGER_RULES, RULES
from shared.facts import FACTS
from tests.house.checks import catalogues
from tests.house.repository import Breach, Repository


def find_undocumented(repository: Repository) -> list[Breach]:
    """The breaches of all checks of documents, sorted by place."""
    commands = typer.main.get_command(make_app())
    filters = {fact.filter.key: fact.filter.phrase for fact in FACTS if fact.filter is not None}
    breaches: list[Iterable[Breach]] = [
        catalogues.rules_without_documents({name: _row_of(name) for name in RULES}, repository),
        catalogues.adapters_without_documents({kind: adapter.page for kind, adapter in ADAPTERS.items()}, repository),
        catalogues.filters_without_documents(filters, repository),
        catalogues.channels_without_documents(CHANNELS, repository),
        catalogues.commands_without_documents(_names_of(commands), repository),
    ]
    return sorted((breach for of_check in breaches for breach in of_check), key=lambda breach: (breach.place, breach.fact))


def _row_of(name: str) -> tuple[str, str, str]:
    """The row of a rule in the README."""
    rule = RULES[name]
    return f"{rule.title} (to managers)" if name in MANAGER_RULES else rule.title, rule.when, rule.limits


def _names_of(command: object, name: str = "") -> list[str]:
    """The full names of all commands, without the groups that contain them."""
    if isinstance(command, TyperGroup):
        return [whole for key, inner in command.commands.items() for whole in _names_of(inner, f"{name} {key}".strip())]
    return [name] if isinstance(command, TyperCommand) and not command.hidden else []
