"""`daymark import`."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.local.cli.options import Config, Data, command_settings, progress_bars
from deploy.local.cli.requests import refuse_unknown_source, run_connected
from deploy.local.contact_keys import read_contact_secret
from deploy.local.import_history import ImportResult, count_lines, import_file, wait_until_scored
from deploy.output import echo
from shared.clock import SystemClock
from shared.jetstream.client import LeanClient
from shared.observation import SourceName
from shared.plurals import count_nouns


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

    async def import_and_wait(connection: LeanClient) -> ImportResult:
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
    facts = sum(left_out.count for left_out in result.left_out.values())
    left_out_count = f", {count_nouns(facts, 'fact')} left out" if facts else ""
    echo(f"{count_nouns(result.lines, 'line')}{imported_before}, {result.refused} refused{left_out_count}")
    for line in result.first_refused:
        echo(f"{file}:{line.number}: {line.problem}", err=True)
    for name, left_out in sorted(result.left_out.items()):
        numbers = ", ".join(str(number) for number in left_out.numbers)
        first = f"in line{'s' * (left_out.count > 1)} {numbers}{' and more' * (left_out.count > len(left_out.numbers))}"
        echo(f"{file}: {name} left out {count_nouns(left_out.count, 'time')}, {first}: {left_out.problem}", err=True)
    raise typer.Exit(1 if result.refused else 0)
