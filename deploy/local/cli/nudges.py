"""`daymark nudges`, and links to people's pages: `daymark inbox` and `daymark you`."""

import sys
from typing import Annotated

import typer

from deploy.local.cli.options import AsJson, Config, Data, command_settings, manager_id, rep_id
from deploy.local.cli.requests import ask_daymark, list_from_daymark
from deploy.local.cli.tables.formats import write_json
from deploy.local.cli.tables.nudges import print_nudges
from deploy.output import Output, echo
from shared.events import PersonId
from shared.requests.nudges import INBOX_LINK, NUDGE_LIST, OWN_PAGE_LINK, ManagerQuery, NudgeQuery, RepQuery


def nudges(
    person: Annotated[
        PersonId | None, typer.Option(parser=PersonId, metavar="PERSON", help="only those to this person")
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Every nudge with its reason, its status and its deliveries."""
    settings = command_settings(config, data)
    rows = list_from_daymark(settings, NUDGE_LIST, NudgeQuery(person=person))
    if as_json:
        write_json(rows, sys.stdout)
    else:
        print_nudges(rows, Output())


def inbox(manager: str, config: Config = None, data: Data = None) -> None:
    """A link that signs a manager in, once and within 15 minutes, and opens their page. Give it to that manager only."""
    query = ManagerQuery(manager=manager_id(manager))
    echo(ask_daymark(command_settings(config, data), INBOX_LINK, query).url)


def you(rep: str, config: Config = None, data: Data = None) -> None:
    """A link that signs a rep in, once and within 15 minutes, and opens their own page. Give it to that rep only."""
    query = RepQuery(rep=rep_id(rep))
    echo(ask_daymark(command_settings(config, data), OWN_PAGE_LINK, query).url)
