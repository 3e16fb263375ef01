"""`daymark roster`, `daymark playbook` and `daymark rescore`: definitions, and what follows from a change of them."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from nats.aio.client import Client

from deploy.local.cli.options import (
    AsJson,
    Config,
    Data,
    From,
    OnlyRep,
    OnlyTeam,
    Until,
    as_date,
    command_settings,
    progress_bars,
)
from deploy.local.cli.requests import LONG_S, ask_daymark, list_from_daymark, refuse_unknown_names, run_connected
from deploy.local.cli.tables.definitions import print_absences, print_announcements, print_playbooks, print_preview
from deploy.local.cli.tables.formats import write_json
from deploy.local.settings import LocalSettings
from deploy.output import Output, echo
from shared.errors import DaymarkError
from shared.plurals import count_nouns
from shared.requests.absences import ABSENCE_LIST
from shared.requests.client import NO_QUERY, ask
from shared.requests.definitions import (
    ANNOUNCEMENT_LIST,
    PLAYBOOK_APPLY,
    PLAYBOOK_LIST,
    PLAYBOOK_PREVIEW,
    ROSTER_APPLY,
    SCORE_RESCORE,
    SCORE_RESCORE_STATE,
    AnnouncementQuery,
    Applied,
    DefinitionFile,
    PreviewQuery,
    RescoreQuery,
)
from shared.requests.endpoint import Endpoint
from shared.requests.roster.edits import ROSTER_SHOW

roster = typer.Typer(no_args_is_help=True, help="Teams, their managers and reps, working hours and absences.")
playbook = typer.Typer(no_args_is_help=True, help="What makes a good day, by team and date.")

NoWait = Annotated[bool, typer.Option("--no-wait", help="exit at once; days are scored again in the background")]
Begins = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="only versions that begin on this day")]
_POLL_S: Final = 0.2


class FileMissing(DaymarkError):
    """The file cannot be read. Check its name and its permissions."""


class NoRoster(DaymarkError):
    """There is no roster yet. `daymark roster apply` puts a file in force; teams and people can also be entered on pages."""


@roster.command("apply")
def roster_apply(
    file: Path,
    replace: Annotated[bool, typer.Option("--replace", help="remove what was entered on pages and the file lacks")] = False,
    no_wait: NoWait = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Put a roster file in force, and score again the days that it affects."""
    _apply(ROSTER_APPLY, _read_definition(file, replace=replace), command_settings(config, data), wait=not no_wait)


@roster.command("export")
def roster_export(config: Config = None, data: Data = None) -> None:
    """Print the roster file in force, with what was entered on pages."""
    stored = ask_daymark(command_settings(config, data), ROSTER_SHOW, NO_QUERY)
    if stored.applied_at is None:
        raise NoRoster
    sys.stdout.write(stored.text)


@roster.command("absences")
def roster_absences(as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """Absences that managers have entered on their pages, and that are not in the roster file."""
    listed = ask_daymark(command_settings(config, data), ABSENCE_LIST, NO_QUERY)
    if as_json:
        write_json(listed.rows, sys.stdout)
    else:
        print_absences(listed, Output())


@playbook.command("apply")
def playbook_apply(
    file: Path,
    revise: Annotated[str, typer.Option(metavar="REASON", help="why past days are to be judged again")] = "",
    no_wait: NoWait = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Put the playbooks of a file in force from their dates on: today, later, or with a reason in the past."""
    _apply(PLAYBOOK_APPLY, _read_definition(file, revise=revise), command_settings(config, data), wait=not no_wait)


@playbook.command("preview")
def playbook_preview(
    file: Path,
    weeks: Annotated[int, typer.Option(min=1, max=53, help="weeks back from yesterday")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, day by day")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """What every rep's last weeks would have looked like under a playbook, before it takes effect."""
    query = PreviewQuery(name=str(file), text=_read_text(file), weeks=weeks)
    preview = ask_daymark(command_settings(config, data), PLAYBOOK_PREVIEW, query, timeout_s=LONG_S)
    if as_json:
        write_json(preview.reps, sys.stdout)
    else:
        print_preview(preview, Output())


@playbook.command("list")
def playbook_list(as_json: AsJson = False, config: Config = None, data: Data = None) -> None:
    """Every version by team and date, and which one is in force."""
    listed = ask_daymark(command_settings(config, data), PLAYBOOK_LIST, NO_QUERY)
    if as_json:
        write_json(listed.versions, sys.stdout)
    else:
        print_playbooks(listed, Output())


@playbook.command("announcements")
def playbook_announcements(
    team: OnlyTeam = None, begins: Begins = None, as_json: AsJson = False, config: Config = None, data: Data = None
) -> None:
    """Who has received the announcement of which version, and who has acknowledged it. The newest version first."""
    query = AnnouncementQuery(team=team, effective_from=as_date(begins))
    rows = list_from_daymark(command_settings(config, data), ANNOUNCEMENT_LIST, query)
    if as_json:
        write_json(rows, sys.stdout)
    else:
        print_announcements(rows, Output())


@playbook.command("told", hidden=True)
def former_playbook_announcements(
    team: OnlyTeam = None, begins: Begins = None, as_json: AsJson = False, config: Config = None, data: Data = None
) -> None:
    """The former name of `daymark playbook announcements`."""
    echo("`playbook told` is now `playbook announcements`; the old name still works.", err=True)
    playbook_announcements(team=team, begins=begins, as_json=as_json, config=config, data=data)


def rescore(
    rep: OnlyRep = None,
    team: OnlyTeam = None,
    first: From = None,
    last: Until = None,
    no_wait: NoWait = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Score days again from the stored facts: all, or those of a team, a rep or a period.

    If you interrupt the command, the scoring continues.
    """
    query = RescoreQuery(rep=rep, team=team, first=as_date(first), last=as_date(last))

    async def rescore_days(connection: Client) -> None:
        await refuse_unknown_names(connection, query)
        state = await ask(connection, SCORE_RESCORE, query)
        days, reps = count_nouns(state.days, "day"), count_nouns(state.reps, "rep")
        echo(f"{days} of {reps} to be scored again")
        if not no_wait:
            await _wait_until_rescored(connection)

    run_connected(command_settings(config, data), rescore_days)


def _apply(endpoint: Endpoint[DefinitionFile, Applied], file: DefinitionFile, settings: LocalSettings, *, wait: bool) -> None:
    async def apply(connection: Client) -> None:
        applied = await ask(connection, endpoint, file, timeout_s=LONG_S)
        echo(applied.summary)
        if applied.unexplained:
            labels = ", ".join(applied.unexplained)
            echo(f"reps will ask why this changes: {labels}. A `message`, or a `why` for each, tells them in your words")
        for entry in applied.lost:
            echo(f"removed, although it was entered on a page: {entry}")
        if applied.reps_to_announce_to:
            reps = count_nouns(applied.reps_to_announce_to, "rep")
            echo(f"to be announced to {reps} in their working hours; see `daymark playbook announcements`")
        if wait and applied.reps_to_rescore:
            await _wait_until_rescored(connection)
            echo(f"the days of {count_nouns(applied.reps_to_rescore, 'rep')} were scored again")

    run_connected(settings, apply)


def _read_definition(file: Path, *, revise: str = "", replace: bool = False) -> DefinitionFile:
    return DefinitionFile(name=str(file), text=_read_text(file), revise=revise, replace=replace)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failed:
        raise FileMissing(f"{file} ({failed})") from None


async def _wait_until_rescored(connection: Client) -> None:
    with progress_bars(transient=True) as progress:
        task = progress.add_task("days scored again", total=None)
        days_max = 0
        while (state := await ask(connection, SCORE_RESCORE_STATE, NO_QUERY)).reps:
            days_max = max(days_max, state.days)
            progress.update(task, total=days_max, completed=days_max - state.days)
            await asyncio.sleep(_POLL_S)
