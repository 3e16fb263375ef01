"""`daymark dead-letters`."""

import asyncio
from typing import Annotated

import typer

from deploy.local.dead_letters import Letter, find_letter, list_letters, replay
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
        async with reach(settings) as connection:
            if every:
                letters = [letter async for letter in list_letters(connection)]
            else:
                letters = [await find_letter(connection, number) for number in numbers or []]
            for letter in letters:
                await replay(connection, letter)
        typer.echo(f"{len(letters)} replayed")

    asyncio.run(work())


def _line(letter: Letter) -> str:
    since = f"{letter.since:%Y-%m-%d %H:%M:%S}" if letter.since else "unknown"
    return f"{letter.id}  {since}  {letter.service}  {letter.reason}  {letter.origin}  {letter.detail}"
