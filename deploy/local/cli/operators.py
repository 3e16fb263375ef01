"""`daymark operator`: who runs Daymark, and signs in as such."""

import sys
from typing import Annotated

import typer

from deploy.local.cli.options import AsJson, Config, Data, command_settings
from deploy.local.cli.requests import run_connected
from deploy.local.cli.tables.formats import write_json
from deploy.local.cli.tables.people import print_operators
from deploy.output import Output, echo
from shared.events import PersonId
from shared.jetstream.client import LeanClient
from shared.requests.access import (
    OPERATOR_ADD,
    OPERATOR_FIRST,
    OPERATOR_LIST,
    OPERATOR_REMOVE,
    FirstOperatorLink,
    OperatorList,
    OperatorRow,
    OperatorToAdd,
    OperatorToRemove,
)
from shared.requests.client import NO_QUERY, ask

operator = typer.Typer(
    no_args_is_help=True, help="Who runs Daymark: they see how it is doing, and no scores unless they also manage a team."
)


@operator.command("add")
def add_command(
    person: Annotated[str, typer.Argument(metavar="EMAIL_OR_NAME", help="email, id or name in the roster; or any other email")],
    slack: Annotated[str, typer.Option(help="Slack user of somebody whom the roster does not list, such as U024BE7LH")] = "",
    config: Config = None,
    data: Data = None,
) -> None:
    """Make somebody an operator. Somebody of the roster is one for as long as it lists them."""

    async def add(connection: LeanClient) -> OperatorRow:
        return await ask(connection, OPERATOR_ADD, OperatorToAdd(typed=person, slack=slack))

    added = run_connected(command_settings(config, data), add)
    echo(f"{added.person} is an operator{'' if added.contacts else ' for as long as the roster lists them'}.")


@operator.command("first")
def first_command(config: Config = None, data: Data = None) -> None:
    """Print the address where the first operator signs in, once and within an hour. Refused when there is an operator."""

    async def make_link(connection: LeanClient) -> FirstOperatorLink:
        return await ask(connection, OPERATOR_FIRST, NO_QUERY)

    echo(run_connected(command_settings(config, data), make_link).url)


@operator.command("remove")
def remove_command(
    person: Annotated[str, typer.Argument(metavar="OPERATOR", help="id, as in `daymark operator list`")],
    config: Config = None,
    data: Data = None,
) -> None:
    """Somebody is no operator any more, and is signed out."""

    async def remove(connection: LeanClient) -> None:
        await ask(connection, OPERATOR_REMOVE, OperatorToRemove(person=PersonId(person)))

    run_connected(command_settings(config, data), remove)
    echo(f"{person} is no operator any more.")


@operator.command("list")
def list_command(as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """Everybody who is an operator, and how they are reached."""

    async def read(connection: LeanClient) -> OperatorList:
        return await ask(connection, OPERATOR_LIST, NO_QUERY)

    operators = run_connected(command_settings(config, data), read).rows
    if as_json:
        write_json(operators, sys.stdout)
    else:
        print_operators(operators, Output())
