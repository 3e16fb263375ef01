"""`daymark channels`."""

import asyncio

import typer
from rich.console import Console

from deploy.local import questions, show
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach
from shared.requests.nudges import ChannelList

channels = typer.Typer(no_args_is_help=True, help="The ways by which nudges reach people, and how each fares.")


@channels.command("list")
def list_command(config: Config = None, data: Data = None) -> None:
    """Each channel: whether it gets through, since when not, and why; what waits, and what was given up in seven days."""
    settings = command_settings(config, data)

    async def work() -> ChannelList:
        async with reach(settings) as connection:
            return await questions.list_channels(connection)

    show.print_channels(asyncio.run(work()), Console())


@channels.command("enable")
def enable_command(name: str, config: Config = None, data: Data = None) -> None:
    """Send through a channel again that is disabled, as its receiver said that it is gone (410)."""
    settings = command_settings(config, data)

    async def work() -> ChannelList:
        async with reach(settings) as connection:
            return await questions.enable_channel(connection, name)

    show.print_channels(asyncio.run(work()), Console())
