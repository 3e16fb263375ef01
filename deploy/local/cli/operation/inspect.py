"""`daymark doctor` and `daymark dead-letters`."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer

from deploy.local.cli.options import Config, Data, command_settings
from deploy.local.cli.requests import run_connected
from deploy.local.connection import BrokerAway
from deploy.local.inspect.findings import Finding, Verdict
from deploy.output import echo, echo_block
from shared.clock import SystemClock
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import Letter, find_letter, find_newest_number, list_letters, replay_letter
from shared.plurals import count_nouns

_VERDICT_WIDTH = 9
dead_letters = typer.Typer(no_args_is_help=True, help="Messages that could not be understood, kept whole with the reason.")


def doctor(config: Config = None, data: Data = None) -> None:
    """Check what is configured, reachable, behind, failing or expiring. Exit status 1 if there is a problem."""
    from deploy.local.inspect.doctor import examine_services, examine_the_rest

    settings = command_settings(config, data)
    counts: Counter[Verdict] = Counter()

    def print_finding(finding: Finding) -> None:
        echo(f"{finding.verdict:<{_VERDICT_WIDTH}}{finding.subject}: {finding.text}")
        counts[finding.verdict] += 1

    async def print_the_rest(connection: LeanClient) -> None:
        async for finding in examine_the_rest(settings, connection, now=SystemClock().now()):
            print_finding(finding)

    for finding in asyncio.run(examine_services(settings)):
        print_finding(finding)
    try:
        run_connected(settings, print_the_rest)
    except BrokerAway as away:
        print_finding(Finding(verdict=Verdict.PROBLEM, subject="nats", text=f"{away} The rest could not be checked"))
    problems = counts[Verdict.PROBLEM]
    echo(f"{count_nouns(problems, 'problem')} and {count_nouns(counts[Verdict.NOTE], 'note')} found")
    raise typer.Exit(1 if problems else 0)


@dead_letters.command("list")
def list_command(config: Config = None, data: Data = None) -> None:
    """Every letter: its number, since when, which service could not understand it, the reason, and where it came from."""

    async def print_letters(connection: LeanClient) -> int:
        count = 0
        async for letter in list_letters(connection):
            count += 1
            echo(_line(letter))
        return count

    echo(count_nouns(run_connected(command_settings(config, data), print_letters), "dead letter"))


@dead_letters.command("show")
def show_command(number: int, config: Config = None, data: Data = None) -> None:
    """One letter with its headers and its original bytes. They may hold personal data from the CRM."""
    letter = run_connected(command_settings(config, data), lambda connection: find_letter(connection, number))
    echo(_line(letter))
    for name, value in sorted(letter.headers.items()):
        echo(f"{name}: {value}")
    echo("")
    echo_block(letter.body.decode("utf-8", "backslashreplace"))


@dead_letters.command("replay")
def replay_command(
    numbers: Annotated[list[int] | None, typer.Argument(help="letters to replay")] = None,
    every: Annotated[bool, typer.Option("--all", help="replay every letter that exists now")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Process letters again. One that still cannot be understood becomes a new letter."""
    settings = command_settings(config, data)
    if every == bool(numbers):
        raise typer.BadParameter("give the numbers of the letters, or use --all")

    async def replay(connection: LeanClient) -> int:
        count = 0
        async for letter in _list_existing(connection) if every else _find_all(connection, numbers or []):
            await replay_letter(connection, letter, now=SystemClock().now())
            count += 1
        return count

    echo(f"{run_connected(settings, replay)} replayed")


async def _list_existing(connection: LeanClient) -> AsyncIterator[Letter]:
    """The letters that exist now. One at a time, since together they may not fit into memory."""
    newest = await find_newest_number(connection)
    async for letter in list_letters(connection):
        if letter.id > newest:
            return
        yield letter


async def _find_all(connection: LeanClient, numbers: Sequence[int]) -> AsyncIterator[Letter]:
    """The letters with these numbers, or none of them if one is missing."""
    for letter in [await find_letter(connection, number) for number in numbers]:
        yield letter


def _line(letter: Letter) -> str:
    since = f"{letter.since:%Y-%m-%d %H:%M:%S}" if letter.since else "unknown"
    return f"{letter.id}  {since}  {letter.service}  {letter.reason}  {letter.origin}  {letter.detail}"
