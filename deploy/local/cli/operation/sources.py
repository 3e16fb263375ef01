"""`daymark sources`: who posts webhooks. What is added here is open at once, without a restart."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.cli.options import AsJson, Config, Data, command_settings
from deploy.local.cli.requests import ask_daymark
from deploy.local.cli.tables.formats import write_json
from deploy.local.cli.tables.sources import print_sources
from deploy.output import Output, echo, echo_block
from shared.errors import DaymarkError
from shared.observation import SourceName
from shared.requests.client import NO_QUERY
from shared.requests.sources.endpoints import (
    SOURCE_LIST,
    SOURCE_REMOVE,
    SOURCE_STORE,
    SourceDescription,
    SourceRow,
    SourceToStore,
    StoredName,
)
from shared.requests.sources.source_toml import source_to_toml
from shared.service.settings import SettingsRefused, read_secret, read_toml
from shared.suggestions import with_suggestion

sources = typer.Typer(no_args_is_help=True, help="Who posts webhooks: CRM accounts, each with its address and its secret.")
_Name = Annotated[str, typer.Argument(metavar="NAME", help="the last part of the address, such as acme-hubspot")]


class NoSuchSection(DaymarkError):
    """The file has no section for this source. It has to hold `[sources.NAME]`, as `daymark sources export` writes it."""


@sources.command("list")
def list_command(as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """Every source: its kind, whether it stands in daymark.toml or was added, and its address."""
    rows = ask_daymark(command_settings(config, data), SOURCE_LIST, NO_QUERY).rows
    if as_json:
        write_json(rows, sys.stdout)
    else:
        print_sources(rows, Output())


@sources.command("add")
def add_command(
    name: _Name,
    kind: Annotated[str, typer.Option(help="the sender: README.md lists the kinds")] = "",
    secret_file: Annotated[list[Path] | None, typer.Option(help="file with the secret; several while one is replaced")] = None,
    account: Annotated[str, typer.Option(help="id of the CRM account, where its page asks for it")] = "",
    public_url: Annotated[str, typer.Option(help="the address as the CRM knows it, where its page asks for it")] = "",
    secret_in: Annotated[str, typer.Option(help="of a shared-secret: where it travels, such as header:X-Secret")] = "",
    section: Annotated[Path | None, typer.Option("--from", help="a TOML file with the section [sources.NAME]")] = None,
    replaces: Annotated[bool, typer.Option("--replace", help="change a source that was added before")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Add a source while everything runs. Its secret is stored encrypted, and never shown again."""
    settings = command_settings(config, data)
    options = {"kind": kind, "account": account, "public_url": public_url, "secret_in": secret_in}
    description, references = _read_section(section, name) if section is not None else ({}, [])
    description |= {key: value for key, value in options.items() if value}
    secrets = tuple(secret for reference in [*references, *_as_references(secret_file)] if (secret := read_secret(reference)))
    query = SourceToStore(name=name, description=_describe(name, description), secrets=secrets, replaces=replaces)
    ask_daymark(settings, SOURCE_STORE, query)
    echo(f"{name} is open at /webhooks/{name}.")


@sources.command("remove")
def remove_command(name: _Name, config: Config = None, data: Data = None) -> None:
    """Close a source that was added, and erase its secret. What it has sent stays."""
    ask_daymark(command_settings(config, data), SOURCE_REMOVE, StoredName(name=SourceName(name)))
    echo(f"{name} is closed.")


@sources.command("export")
def export_command(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="only this source")] = "",
    config: Config = None,
    data: Data = None,
) -> None:
    """The lines of daymark.toml that say the same. In place of stored secrets stand names of files."""
    rows = ask_daymark(command_settings(config, data), SOURCE_LIST, NO_QUERY).rows
    for row in _choose(rows, name) if name else rows:
        echo_block(source_to_toml(row))


def _choose(rows: tuple[SourceRow, ...], name: str) -> list[SourceRow]:
    chosen = [row for row in rows if row.name == name]
    if not chosen:
        raise UnknownName(with_suggestion(name, [row.name for row in rows]))
    return chosen


class UnknownName(DaymarkError):
    """There is no source of this name. `daymark sources list` lists all sources."""


def _as_references(files: list[Path] | None) -> list[str]:
    return [f"file:{file}" for file in files or []]


def _read_section(path: Path, name: str) -> tuple[dict[str, object], list[str]]:
    """The keys of a section, and the references to its secrets.

    Raises:
        SettingsRefused: the file is no TOML.
        NoSuchSection: it has no such section.
    """
    section = read_toml(path).get("sources", {}).get(name)
    if not isinstance(section, dict):
        raise NoSuchSection(f"{path}: [sources.{name}]")
    references = [str(reference) for reference in section.pop("secrets", [])]
    return section, references


def _describe(name: str, description: dict[str, object]) -> SourceDescription:
    """What the section says; ingest checks the rest.

    Raises:
        SettingsRefused: a key is unknown, or no kind is given.
    """
    if unknown := sorted(description.keys() - SourceDescription.model_fields.keys()):
        raise SettingsRefused(f"sources.{name}.{with_suggestion(unknown[0], SourceDescription.model_fields)}: no such key")
    return SourceDescription.model_validate({"kind": "", **description})
