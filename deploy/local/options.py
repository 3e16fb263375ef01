"""The options that every command takes, and the settings that follow from them."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.local.settings import LocalSettings, load_local_settings
from shared.service.logs import configure_logs

Config = Annotated[Path | None, typer.Option("--config", help="daymark.toml (default: the one in this folder, if any)")]
Data = Annotated[Path | None, typer.Option("--data", help="data folder (default: .daymark)")]


def command_settings(config: Path | None, data: Path | None, *, level: str = "WARNING") -> LocalSettings:
    """The settings of one command, which logs from `level` on.

    Raises:
        SettingsRefused: a key cannot be used; says which.
    """
    settings = load_local_settings(config=config, data=data)
    configure_logs("daymark", level=level)
    return settings
