"""`daymark demo`: everything on this machine, a simulated team played through the door, and what came of it."""

import asyncio
import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo import show
from deploy.demo.habits import FIRST_DAY, WEEKS_MAX
from deploy.demo.play import Played, play
from deploy.demo.settings import configuration, make_secrets, read_secrets
from deploy.local import questions
from deploy.local.settings import load_local_settings
from deploy.local.up import Running, run_house
from shared.errors import DaymarkError
from shared.jetstream.client import connect, disconnect
from shared.requests.nudges import NudgeRow
from shared.requests.scores import ScoreQuery, ScoreRow
from shared.service.logs import configure_logs

_MANAGERS: Final = ("mara", "jon")
_REP: Final = "ana"


class TooManyWeeks(DaymarkError):
    """The habits of the team are written for four weeks. Ask for 1 to 4."""


async def run_demo(*, data: Path | None, seed: int, weeks: int, leave: bool) -> None:
    """Start everything in an empty folder, play, show; then end, or keep the pages open until Ctrl-C.

    Raises:
        TooManyWeeks: `weeks` is not within 1 and 4.
    """
    if not 1 <= weeks <= WEEKS_MAX:
        raise TooManyWeeks(str(weeks))
    console = Console()
    with ExitStack() as cleaning:
        folder = data or Path(cleaning.enter_context(tempfile.TemporaryDirectory(prefix="daymark-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        make_secrets(folder / "secrets")
        config = folder / "daymark.toml"
        config.write_text(configuration(folder / "secrets", nudges_file=folder / "nudges.ndjson"))
        settings = load_local_settings(config=config, data=folder)
        configure_logs("daymark", level="WARNING")
        logs = folder / "logs"
        console.print(f"Starting NATS, PostgreSQL and the three services (logs: {logs})", highlight=False)

        async def on_ready(running: Running) -> None:
            await _perform(running, folder, console, seed=seed, weeks=weeks)
            if not leave:
                console.print("\nEverything keeps running. Ctrl-C ends it.")
                await asyncio.Event().wait()

        await run_house(settings, on_ready=on_ready, log_folder=logs)


async def _perform(running: Running, folder: Path, console: Console, *, seed: int, weeks: int) -> None:
    connection = await connect(running.nats, name="daymark-demo")
    try:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f}%"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("playing", total=None)

            def on_progress(done: int, total: int, now: datetime) -> None:
                progress.update(task, completed=done, total=total, description=f"playing {now:%a %d %b %H:%M}")

            played = await play(
                connection,
                ingest_url=running.ingest,
                secrets=read_secrets(folder / "secrets"),
                seed=seed,
                weeks=weeks,
                on_progress=on_progress,
            )
        span = ScoreQuery(first=FIRST_DAY, last=FIRST_DAY + timedelta(weeks=weeks), silent_days=True)
        scores = [row async for row in questions.list_scores(connection, span)]
        nudges = [row async for row in questions.list_nudges(connection, person=None)]
        _show(played, scores, nudges, console)
        for manager in _MANAGERS:
            link = await questions.inbox_link(connection, manager)
            console.print(f"Inbox of {manager}: {link.url}", highlight=False, soft_wrap=True)
        link = await questions.own_link(connection, _REP)
        console.print(f"{_REP}'s own page: {link.url}", highlight=False, soft_wrap=True)
    finally:
        await disconnect(connection)


def _show(played: Played, scores: list[ScoreRow], nudges: list[NudgeRow], console: Console) -> None:
    worked = [row for row in scores if row.score is not None]
    show.print_scores(worked, console)
    show.print_nudges(nudges, console)
    show.print_answers(played.answers, console)
