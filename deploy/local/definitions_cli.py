"""`daymark roster`, `daymark playbook` and `daymark rescore`: definitions, and what follows from a change of them."""

import asyncio
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from nats.aio.client import Client
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.local import questions, show
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach
from deploy.local.settings import LocalSettings
from shared.requests.client import PLAYBOOK_APPLY, ROSTER_APPLY, AnnouncementQuery, RescoreQuery

roster = typer.Typer(no_args_is_help=True, help="Who sells, in which team, on whose clock.")
playbook = typer.Typer(no_args_is_help=True, help="What a good day is made of.")

NoWait = Annotated[bool, typer.Option("--no-wait", help="end at once; days are scored anew in the background")]
_LOOK_EVERY_S = 0.2


@roster.command("apply")
def roster_apply(file: Path, no_wait: NoWait = False, config: Config = None, data: Data = None) -> None:
    """Put a roster file in force, and score anew the days that it touches."""
    _apply(ROSTER_APPLY, file, command_settings(config, data), wait=not no_wait)


@playbook.command("apply")
def playbook_apply(
    file: Path,
    revise: Annotated[str, typer.Option(metavar="REASON", help="why days that have been judged are judged anew")] = "",
    no_wait: NoWait = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Put the playbooks of a file in force from their dates on: today or later, or in the past with a reason."""
    _apply(PLAYBOOK_APPLY, file, command_settings(config, data), revise=revise, wait=not no_wait)


def _apply(subject: str, file: Path, settings: LocalSettings, *, wait: bool, revise: str = "") -> None:
    async def work() -> None:
        async with reach(settings) as connection:
            applied = await questions.apply_file(connection, subject, file, revise=revise)
            typer.echo(applied.summary)
            if applied.reps_to_tell:
                reps = "1 rep" if applied.reps_to_tell == 1 else f"{applied.reps_to_tell} reps"
                typer.echo(f"{reps} will be told of it in their working hours; `daymark playbook told` says who was")
            if wait and applied.reps_to_rescore:
                await _until_rescored(connection)
                typer.echo(f"the days of {applied.reps_to_rescore} reps are scored anew")

    asyncio.run(work())


@playbook.command("preview")
def playbook_preview(
    file: Path,
    weeks: Annotated[int, typer.Option(min=1, max=53, help="weeks back from yesterday")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="day by day")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """What every rep's last weeks would have looked like under a playbook, before it binds."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            preview = await questions.preview(connection, file, weeks=weeks)
        if as_json:
            show.write_json(preview.reps, sys.stdout)
        else:
            show.print_preview(preview, Console())

    asyncio.run(work())


@playbook.command("list")
def playbook_list(as_json: Annotated[bool, typer.Option("--json")] = False, config: Config = None, data: Data = None) -> None:
    """Every version by team and date, and which is in force."""
    settings = command_settings(config, data)

    async def work() -> None:
        async with reach(settings) as connection:
            listed = await questions.list_playbooks(connection)
        if as_json:
            show.write_json(listed.versions, sys.stdout)
        else:
            show.print_playbooks(listed, Console())

    asyncio.run(work())


@playbook.command("told")
def playbook_told(
    team: Annotated[str | None, typer.Option(help="only versions of this team")] = None,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="only versions that begin on this day")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Who was told of which version, and who says that they have read it; the newest version first."""
    settings = command_settings(config, data)
    query = AnnouncementQuery(team=team, effective_from=_date(begins))

    async def work() -> None:
        async with reach(settings) as connection:
            rows = [row async for row in questions.list_telling(connection, query)]
        if as_json:
            show.write_json(rows, sys.stdout)
        else:
            show.print_telling(rows, Console())

    asyncio.run(work())


def rescore(
    rep: Annotated[str | None, typer.Option(help="only this rep")] = None,
    team: Annotated[str | None, typer.Option(help="only reps of this team")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="included")] = None,
    no_wait: NoWait = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Place and score anew from the facts: everything, or a team, a rep, a span. It goes on if this command is stopped."""
    settings = command_settings(config, data)
    query = RescoreQuery(rep=rep, team=team, first=_date(first), last=_date(last))

    async def work() -> None:
        async with reach(settings) as connection:
            state = await questions.rescore(connection, query)
            typer.echo(f"{state.days} days of {state.reps} reps are to be scored anew")
            if not no_wait:
                await _until_rescored(connection)

    asyncio.run(work())


def _date(given: datetime | None) -> date | None:
    return given.date() if given else None


async def _until_rescored(connection: Client) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        state = await questions.rescore_state(connection)
        total, task = state.days, progress.add_task("days scored anew", total=None)
        while state.reps:
            total = max(total, state.days)
            progress.update(task, total=total, completed=total - state.days)
            await asyncio.sleep(_LOOK_EVERY_S)
            state = await questions.rescore_state(connection)
