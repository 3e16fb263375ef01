"""The options that several commands take, and the settings that follow from them."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from deploy.local.settings import LocalSettings, load_local_settings
from deploy.output import Output
from shared.events import ManagerId, PersonId, RepId, TeamId
from shared.jetstream.stored_messages import OnProgress
from shared.service.logs import configure_logs

_DAY = ["%Y-%m-%d"]


def rep_id(text: str) -> RepId:
    """The id of a rep, as an argument or option gives it."""
    return RepId(PersonId(text))


def manager_id(text: str) -> ManagerId:
    """The id of a manager, as an argument gives it."""
    return ManagerId(PersonId(text))


Config = Annotated[Path | None, typer.Option("--config", help="daymark.toml (default: the one in this folder, if any)")]
Data = Annotated[Path | None, typer.Option("--data", help="data folder (default: .daymark)")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
AsCsv = Annotated[bool, typer.Option("--csv", help="print CSV")]
From = Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="the first day")]
Until = Annotated[datetime | None, typer.Option("--until", formats=_DAY, help="the last day, included")]
OnlyTeam = Annotated[TeamId | None, typer.Option("--team", parser=TeamId, metavar="TEAM", help="only this team")]
OnlyRep = Annotated[RepId | None, typer.Option("--rep", parser=rep_id, metavar="REP", help="only this rep")]
DayOption = Annotated[datetime | None, typer.Option("--day", formats=_DAY, help="one day")]
DayArgument = Annotated[datetime, typer.Argument(formats=_DAY)]


def command_settings(config: Path | None, data: Path | None, *, level: str = "WARNING") -> LocalSettings:
    """The settings of one command, which logs from `level` on.

    Raises:
        SettingsRefused: a key cannot be used; names it.
    """
    settings = load_local_settings(config=config, data=data)
    configure_logs("daymark", level=level)
    return settings


def as_date(day: datetime | None) -> date | None:
    """The day of an option, which the command line reads as a time."""
    return day.date() if day else None


def show_steps(progress: Progress) -> OnProgress:
    """One bar for each step."""
    tasks: dict[str, TaskID] = {}

    def show(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = progress.add_task(step)
        progress.update(tasks[step], completed=done, total=total)

    return show


def progress_bars(*, transient: bool = False) -> Progress:
    """Progress on standard error, so that standard output stays clean. `transient` bars vanish at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Output(stderr=True).console, transient=transient)
