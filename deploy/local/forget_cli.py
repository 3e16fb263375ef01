"""`daymark forget`: show what will go, ask, and have it erased."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from deploy.local import questions
from deploy.local.contacts import contact_secret_of, spellings_of
from deploy.local.options import Config, Data, command_settings
from deploy.local.reach import reach
from deploy.local.sweep import OnProgress, Swept, sweep
from shared.privacy.contact_keys import NoContactSecret
from shared.requests.erasure import ErasedNudges, ErasureOrder, ErasureQuery


def forget(
    person: str,
    source: Annotated[str | None, typer.Option(help="only a contact, and only as this source knows them")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Erase a rep who has left the roster, or a contact by its key, as the CRM or as Daymark writes it.

    It cannot be undone; stopped half-way, run it again.
    """
    settings = command_settings(config, data)
    secret = contact_secret_of(settings)
    query = ErasureQuery(person=person, source=source, spellings=spellings_of(person, secret))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())

    async def work() -> None:
        async with reach(settings) as connection:
            known = await questions.find_forgettable(connection, query)
            if known.who == "contact" and not query.spellings:
                raise NoContactSecret
            for line in _preview(known):
                typer.echo(line)
            if not yes:
                await asyncio.to_thread(typer.confirm, "erase this for good?", abort=True)
            order = ErasureOrder(who=known.who, person=known.person, source=known.source, spellings=known.spellings)
            await questions.begin_forgetting(connection, order)
            spoken = await questions.forget_nudges(connection, order) if order.who == "person" else None
            with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
                swept = await sweep(connection, known, contact_secret=secret, on_progress=_bars(progress))
            erased = await questions.finish_forgetting(connection, order)
        for line in _summary(erased, spoken, swept):
            typer.echo(line)

    asyncio.run(work())


def _preview(known: ErasureTarget) -> list[str]:
    """What is known of them, line by line."""
    if known.who == "contact":
        of = f" of {known.source}" if known.source else ""
        lines = [f"{known.person}, a contact{of}", f"{known.activities} activities, which stay and no longer say with whom"]
    else:
        lines = [f"{known.person}, {', '.join(known.names)}" if known.names else known.person]
        lines += [f"user {_said(one)}" for one in known.users]
        lines += [f"user {_said(one)} is somebody else's by now, who keeps what was done as it" for one in known.kept]
        lines.append(f"{known.activities} activities, {known.days} days, {known.rosters} rosters that name them")
    if known.is_forgotten:
        lines.append("forgotten before; what is there again, or was left then, goes now")
    return lines


def _summary(erased: ErasedScores, spoken: ErasedNudges | None, swept: Sequence[Swept]) -> list[str]:
    """What went, line by line."""
    if spoken is None:
        lines = [f"{erased.activities} activities no longer say with whom"]
    else:
        lines = [
            f"erased: {erased.activities} activities, {erased.days} days, {spoken.reports} reports, {spoken.nudges} nudges",
            f"{erased.rosters} rosters are without them",
        ]
        if spoken.lines:
            lines.append(f"{spoken.lines} lines are gone from the file of nudges")
    streams = ", ".join(f"{one.erased} of {one.read} in {one.stream}" for one in swept)
    return [*lines, f"messages erased: {streams}"]


def _bars(progress: Progress) -> OnProgress:
    """A bar for everything that is done."""
    tasks: dict[str, TaskID] = {}

    def on_progress(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what)
        progress.update(tasks[what], completed=done, total=total)

    return on_progress


def _said(user: CrmUser) -> str:
    return f"{user.source}/{user.account}/{user.user}" if user.account is not None else f"{user.source}/{user.user}"
