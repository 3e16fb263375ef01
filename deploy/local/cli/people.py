"""`daymark people`: how everybody is reached, and who is signed in."""

import sys
from typing import Annotated

import typer

from deploy.local.cli.options import AsJson, Config, Data, command_settings
from deploy.local.cli.requests import run_connected
from deploy.local.cli.tables.formats import write_json
from deploy.local.cli.tables.people import print_people, print_sessions
from deploy.output import Output, echo
from shared.errors import DaymarkError
from shared.events import NudgeId, PersonId
from shared.jetstream.client import LeanClient
from shared.requests.access import SESSION_LIST, SESSION_REVOKE, SessionList, SessionQuery, SessionToRevoke
from shared.requests.client import NO_QUERY, ask, list_all
from shared.requests.people import (
    NUDGE_RESEND,
    PERSON_LIST,
    PERSON_TEST,
    WAY_LIST,
    WEBHOOK_KEYS,
    ContactQuery,
    NudgeToResend,
    PersonQuery,
    PersonRow,
    PersonTest,
    TestResult,
    WayList,
    WebhookKeyList,
)
from shared.requests.roster.person_status import status_of_people

people = typer.Typer(no_args_is_help=True, help="The people of the roster, and how messages reach them.")


class NotInRoster(DaymarkError):
    """The roster does not list this person today. `daymark people list` shows everybody."""


class NotReached(DaymarkError):
    """The test message reached nobody. Correct what the error names, then test again."""


@people.command("list")
def list_command(as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """Everybody of today's roster: how they are reached, when a message last reached them, and what is wrong."""

    async def read(connection: LeanClient) -> tuple[list[PersonRow], WayList]:
        rows = [row async for row in list_all(connection, PERSON_LIST, PersonQuery())]
        return rows, await ask(connection, WAY_LIST, NO_QUERY)

    rows, ways = run_connected(command_settings(config, data), read)
    statuses = status_of_people(rows, ways)
    if as_json:
        write_json(statuses, sys.stdout)
    else:
        print_people(statuses, Output())


@people.command("test")
def send_test_command(
    person: Annotated[str, typer.Argument(help="id of a rep or a manager")], config: Config = None, data: Data = None
) -> None:
    """Send a person a test message now, and show which way worked."""

    async def send(connection: LeanClient) -> TestResult:
        page = await ask(connection, PERSON_LIST, PersonQuery(person=PersonId(person)))
        if not page.rows:
            raise NotInRoster(person)
        return await ask(connection, PERSON_TEST, PersonTest(person=PersonId(person), name=page.rows[0].name))

    result = run_connected(command_settings(config, data), send)
    for way in result.tried:
        echo(f"{way.transport}: {way.error or 'the message was accepted'}")
    if result.error:
        raise NotReached(result.error)


@people.command("webhook-key")
def webhook_key_command(
    person: Annotated[str, typer.Argument(help="id of a rep or a manager")], config: Config = None, data: Data = None
) -> None:
    """The secret with which a person's own webhook verifies what it receives. Give it to nobody else."""

    async def read(connection: LeanClient) -> WebhookKeyList:
        return await ask(connection, WEBHOOK_KEYS, ContactQuery(person=PersonId(person)))

    for key in run_connected(command_settings(config, data), read).keys:
        echo(f"{key.address}: {key.secret}")


@people.command("sessions")
def sessions_command(
    person: Annotated[
        PersonId | None,
        typer.Argument(parser=PersonId, metavar="[PERSON]", help="id of a rep, a manager or an operator (default: everybody)"),
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Who is signed in: how they came in, and when each session ends if it is not used again."""

    async def read(connection: LeanClient) -> SessionList:
        return await ask(connection, SESSION_LIST, SessionQuery(person=person))

    sessions = run_connected(command_settings(config, data), read).rows
    if as_json:
        write_json(sessions, sys.stdout)
    else:
        print_sessions(sessions, Output())


@people.command("revoke")
def revoke_command(
    session: Annotated[int, typer.Argument(help="number of the session, as in `daymark people sessions`")],
    config: Config = None,
    data: Data = None,
) -> None:
    """End a session at once. Its person can sign in again for as long as the roster lists them."""

    async def revoke(connection: LeanClient) -> None:
        await ask(connection, SESSION_REVOKE, SessionToRevoke(id=session))

    run_connected(command_settings(config, data), revoke)
    echo(f"Session {session} has ended.")


@people.command("resend")
def resend_command(
    nudge: Annotated[str, typer.Argument(help="id of the nudge, as in `daymark nudges --json`")],
    config: Config = None,
    data: Data = None,
) -> None:
    """Send a nudge to its person once more."""

    async def resend(connection: LeanClient) -> None:
        await ask(connection, NUDGE_RESEND, NudgeToResend(nudge=NudgeId(nudge)))

    run_connected(command_settings(config, data), resend)
    echo("It is on its way. `daymark people list` shows what becomes of it.")
