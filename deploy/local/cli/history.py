"""`daymark import`."""

from pathlib import Path
from typing import Annotated, Final

import typer
from nats.aio.client import Client

from deploy.local.cli.options import Config, Data, command_settings, progress_bars
from deploy.local.cli.requests import refuse_unknown_source, run_connected
from deploy.local.contact_keys import read_contact_secret
from deploy.local.import_history import ImportResult, count_lines, import_file, wait_until_scored
from deploy.output import echo
from shared.clock import SystemClock
from shared.observation import SourceName
from shared.plurals import count_nouns

_REFUSED_SHOWN: Final = 20


def import_history(
    file: Path,
    source: Annotated[str, typer.Option(help="the source of the observations")],
    no_wait: Annotated[bool, typer.Option("--no-wait", help="exit once all are stored, before they are scored")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Import history: a file with one observation per line (.ndjson, .gz). Safe to repeat; continues where it stopped."""
    settings = command_settings(config, data)
    secret = read_contact_secret(settings)

    async def import_and_wait(connection: Client) -> ImportResult:
        await refuse_unknown_source(connection, SourceName(source))
        with progress_bars() as progress:
            storing = progress.add_task("storing", total=count_lines(file))
            result = await import_file(
                connection,
                file,
                source=source,
                contact_secret=secret,
                on_progress=lambda done: progress.update(storing, completed=done),
                now=SystemClock().now(),
            )
            progress.update(storing, completed=result.lines)
            if not no_wait:
                scoring = progress.add_task("scoring", total=None)
                await wait_until_scored(
                    connection, on_progress=lambda done, total: progress.update(scoring, completed=done, total=total)
                )
        return result

    result = run_connected(settings, import_and_wait)
    imported_before = f", {result.lines_stored_before} of them imported before" if result.lines_stored_before else ""
    echo(f"{count_nouns(result.lines, 'line')}{imported_before}, {len(result.refused)} refused")
    for line in result.refused[:_REFUSED_SHOWN]:
        echo(f"{file}:{line.number}: {line.problem}", err=True)
    raise typer.Exit(1 if result.refused else 0)
