"""`daymark channels`."""

import typer

from deploy.local.cli.options import Config, Data, command_settings
from deploy.local.cli.requests import ask_daymark
from deploy.local.cli.tables.nudges import print_channels
from deploy.output import Output
from shared.requests.client import NO_QUERY
from shared.requests.nudges import CHANNEL_ENABLE, CHANNEL_LIST, ChannelName

channels = typer.Typer(no_args_is_help=True, help="The channels that deliver nudges, and their state.")


@channels.command("list")
def list_command(config: Config = None, data: Data = None) -> None:
    """Each channel: its state, since when and why, what is waiting, and what was given up in the last seven days."""
    print_channels(ask_daymark(command_settings(config, data), CHANNEL_LIST, NO_QUERY), Output())


@channels.command("enable")
def enable_command(name: str, config: Config = None, data: Data = None) -> None:
    """Enable a channel that was disabled because its receiver answered that it is gone (410)."""
    print_channels(ask_daymark(command_settings(config, data), CHANNEL_ENABLE, ChannelName(name=name)), Output())
