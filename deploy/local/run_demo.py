"""`daymark demo`: everything on this machine, a simulated team that is played through webhooks, and the results."""

import asyncio
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from nats.aio.client import Client
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.access.catalogue import DEMO
from deploy.demo.habits import FIRST_DAY, WEEKS_MAX
from deploy.demo.pace import Pace, answer_next_hour
from deploy.demo.play import PlayedWeeks, play
from deploy.demo.report import print_nudges, print_responses, print_scores
from deploy.demo.settings import configuration, make_secrets, read_secrets
from deploy.local.nats_credentials import read_credential
from deploy.local.run_file import RunFile
from deploy.local.servers.data_folder import make_folder
from deploy.local.servers.up import run_daymark
from deploy.local.settings import load_local_settings
from deploy.output import Output
from shared.errors import DaymarkError
from shared.events import ManagerId, PersonId, RepId
from shared.jetstream.client import connect, disconnect
from shared.requests.client import ask, list_all
from shared.requests.nudges import INBOX_LINK, NUDGE_LIST, OWN_PAGE_LINK, ManagerQuery, NudgeQuery, RepQuery
from shared.requests.scores import SCORE_LIST, ScoreQuery
from shared.service.logs import configure_logs

_MANAGERS: Final = (ManagerId(PersonId("mara")), ManagerId(PersonId("jon")))
_REP: Final = RepId(PersonId("ana"))
_WEEK_SHOWN: Final = 3
_WEDNESDAY: Final = 2
_OPENS_AT: Final = time(10, 30)
_MADRID: Final = ZoneInfo("Europe/Madrid")
_FIRST_PAUSE_S: Final = 120.0
_PAUSE_S: Final = 30.0


class TooManyWeeks(DaymarkError):
    """The habits of the team cover four weeks. Ask for 1 to 4."""


async def run_demo(*, data: Path | None, seed: int, weeks: int, exit_when_done: bool) -> None:
    """Start everything in an empty folder, play, and show the results. Then exit, or keep the pages open until Ctrl-C. Without
    `exit_when_done` the pages can be looked at from the middle of the third week on, and the rest is played hour by hour.

    Raises:
        TooManyWeeks: `weeks` is not between 1 and 4.
    """
    if not 1 <= weeks <= WEEKS_MAX:
        raise TooManyWeeks(str(weeks))
    output = Output()
    with ExitStack() as cleanup:
        folder = data or _make_temporary_folder(cleanup)
        make_folder(folder)
        make_secrets(folder / "secrets")
        config = folder / "daymark.toml"
        config.write_text(configuration(folder / "secrets", nudges_file=folder / "nudges.ndjson"))
        settings = load_local_settings(config=config, data=folder)
        configure_logs("daymark", level="WARNING")
        logs = folder / "logs"
        output.line(f"Starting NATS, PostgreSQL and the three services (logs: {logs})")

        async def on_ready(run_file: RunFile) -> None:
            await _play_and_show(run_file, folder, output, seed=seed, weeks=weeks, stops=not exit_when_done)
            if not exit_when_done:
                output.line()
                output.line("Everything keeps running. Press Ctrl-C to stop.")
                await asyncio.Event().wait()

        await run_daymark(settings, on_ready=on_ready, log_folder=logs)


def _make_temporary_folder(cleanup: ExitStack) -> Path:
    """A folder that every user may enter, as PostgreSQL must if this one is root."""
    folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="daymark-demo-")))
    folder.chmod(0o711)
    return folder


async def _play_and_show(run_file: RunFile, folder: Path, output: Output, *, seed: int, weeks: int, stops: bool) -> None:
    connection = await connect(run_file.nats, name="daymark-demo", user=DEMO, password=read_credential(folder, DEMO))
    try:
        secrets = read_secrets(folder / "secrets")
        pace = await _make_pace(connection, output, weeks=weeks) if stops else None
        played = await _play(connection, run_file.ingest, secrets, output, seed=seed, weeks=weeks, pace=pace)
        query = ScoreQuery(first=FIRST_DAY, last=FIRST_DAY + timedelta(weeks=weeks), silent_days=True)
        scores = [row async for row in list_all(connection, SCORE_LIST, query)]
        nudges = [row async for row in list_all(connection, NUDGE_LIST, NudgeQuery())]
        print_scores([row for row in scores if row.score is not None], output)
        print_nudges(nudges, output)
        print_responses(played.responses, output)
        await _print_links(connection, output)
    finally:
        await disconnect(connection)


async def _make_pace(connection: Client, output: Output, *, weeks: int) -> Pace:
    """Stops on the Wednesday of the third week, or of the last one of fewer weeks, late in the morning in Madrid."""
    day = FIRST_DAY + timedelta(weeks=min(weeks, _WEEK_SHOWN) - 1, days=_WEDNESDAY)

    async def print_link(reached: datetime) -> None:
        link = await ask(connection, INBOX_LINK, ManagerQuery(manager=_MANAGERS[0], is_today=True))
        output.line(f"{reached.astimezone(_MADRID):%A %d %B, %H:%M}. Today of {_MANAGERS[0]}: {link.url}")

    pace = Pace(
        opens_at=datetime.combine(day, _OPENS_AT, UTC), first_pause_s=_FIRST_PAUSE_S, pause_s=_PAUSE_S, on_stop=print_link
    )
    await answer_next_hour(connection, pace)
    output.line(
        f"It stops late on a Wednesday morning, prints a link to Today, and goes on, an hour every {_PAUSE_S:.0f} seconds, "
        "or at once with the button “Next hour” on each page."
    )
    return pace


async def _play(
    connection: Client, ingest_url: str, secrets: dict[str, str], output: Output, *, seed: int, weeks: int, pace: Pace | None
) -> PlayedWeeks:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=output.console) as progress:
        task = progress.add_task("playing", total=None)

        def on_progress(done: int, total: int, now: datetime) -> None:
            progress.update(task, completed=done, total=total, description=f"playing {now:%a %d %b %H:%M}")

        played = await play(
            connection,
            ingest_url=ingest_url,
            secrets=secrets,
            seed=seed,
            weeks=weeks,
            on_progress=on_progress,
            before_step=pace.before_step if pace is not None else None,
        )
        if pace is not None:
            await pace.end()
        return played


async def _print_links(connection: Client, output: Output) -> None:
    output.line("Each link signs you in, once. `daymark inbox MANAGER` and `daymark you REP` print more of them:")
    for manager in _MANAGERS:
        inbox = await ask(connection, INBOX_LINK, ManagerQuery(manager=manager))
        output.line(f"Inbox of {manager}: {inbox.url}")
    own_page = await ask(connection, OWN_PAGE_LINK, RepQuery(rep=_REP))
    output.line(f"{_REP}'s own page: {own_page.url}")
