"""`daymark up` and `daymark demo`."""

import asyncio
import sys
from contextlib import suppress
from typing import Annotated

import typer

from deploy.local.cli.options import Config, Data, command_settings
from deploy.local.run_file import RunFile
from deploy.output import echo_block

_WELCOME = """
Daymark runs, and nobody has set it up yet. Open this address to begin:

    {url}

It works once, within an hour. `daymark operator first` prints a new one.
"""


def up(config: Config = None, data: Data = None) -> None:
    """Start everything on this machine and stay. Prints one line of JSON once everything is ready."""
    from deploy.local.first_operator import find_first_operator_url
    from deploy.local.servers.up import run_daymark

    settings = command_settings(config, data, level="INFO")

    def print_ready_line(run_file: RunFile) -> None:
        with suppress(OSError):  # it may go to a full disk or to a pipe that nobody reads, and is in the run file as well
            sys.stdout.write(run_file.line() + "\n")
            sys.stdout.flush()

    async def welcome(run_file: RunFile) -> None:
        print_ready_line(run_file)
        if (url := await find_first_operator_url(settings)) is not None:
            with suppress(OSError):
                echo_block(_WELCOME.format(url=url), err=True)
        await asyncio.Event().wait()  # until it is cancelled

    asyncio.run(run_daymark(settings, on_ready=welcome))


def demo(
    data: Data = None,
    seed: Annotated[int, typer.Option(help="seed of the simulated team")] = 1,
    weeks: Annotated[int, typer.Option(help="weeks to play, 1 to 4")] = 4,
    exit_when_done: Annotated[bool, typer.Option("--exit", help="exit at the end instead of keeping the pages open")] = False,
) -> None:
    """Start everything on this machine, play a simulated team through signed webhooks, and show the results."""
    from deploy.local.run_demo import run_demo

    asyncio.run(run_demo(data=data, seed=seed, weeks=weeks, exit_when_done=exit_when_done))
