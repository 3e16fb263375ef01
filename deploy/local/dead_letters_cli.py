"""`daymark dead-letters`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer
from nats.aio.client import Client

from deploy.local.dead_letters import Letter, find_letter, list_letters, newest_letter, replay
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach

dead_letters = typer.Typer(no_args_is_help=True, help="What could not be understood, kept whole, with why.")


@dead_letters.command("list")
def list_command(config: Config = None, data: Data = None) -> None:
    """Every letter: its number, since when, the service that set it aside, the reason, and where it came from."""
    settings = command_settings(config, data)

    async def work() -> None:
        count = 0
        async with reach(settings) as connection:
            async for letter in list_letters(connection):
                count += 1
                typer.echo(_line(letter))
        typer.echo(f"{count} dead letters")

    asyncio.run(work())


@dead_letters.command("show")
def show_command(number: int, config: Config = None, data: Data = None) -> None:
    """One letter with its headers and its bytes, as they came. They may hold what a CRM knows of people."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            letter = await find_letter(connection, number)
        typer.echo(_line(letter))
        for name, value in sorted(letter.headers.items()):
            typer.echo(f"{name}: {value}")
        typer.echo("")
        typer.echo(letter.body.decode("utf-8", "backslashreplace"))

    asyncio.run(work())


@dead_letters.command("replay")
def replay_command(
    numbers: Annotated[list[int] | None, typer.Argument(help="letters to replay")] = None,
    every: Annotated[bool, typer.Option("--all", help="replay every letter there is now")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Try again what was not understood. What still is not becomes a new letter."""
    settings = command_settings(config, data)
    if every == bool(numbers):
        raise typer.BadParameter("name the letters, or say --all")

    async def work() -> None:
        count = 0
        async with reach(settings) as connection:
            async for letter in _all_of_now(connection) if every else _each(connection, numbers or []):
                await replay(connection, letter)
                count += 1
        typer.echo(f"{count} replayed")

    asyncio.run(work())


async def _all_of_now(connection: Client) -> AsyncIterator[Letter]:
    """One after the other: together they may be more than the memory holds. What comes back meanwhile is left."""
    newest = await newest_letter(connection)
    async for letter in list_letters(connection):
        if letter.id > newest:
            return
        yield letter


async def _each(connection: Client, numbers: Sequence[int]) -> AsyncIterator[Letter]:
    for letter in [await find_letter(connection, number) for number in numbers]:  # none if one of them is not there
        yield letter


def _line(letter: Letter) -> str:
    since = f"{letter.since:%Y-%m-%d %H:%M:%S}" if letter.since else "unknown"
    return f"{letter.id}  {since}  {letter.service}  {letter.reason}  {letter.origin}  {letter.detail}"
