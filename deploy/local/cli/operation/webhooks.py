"""`daymark webhooks` and `daymark mapping`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from nats.aio.client import Client

from deploy.local.cli.options import Config, Data, command_settings, progress_bars, show_steps
from deploy.local.cli.requests import run_connected
from deploy.local.cli.tables.mapping import describe_webhook
from deploy.local.cli.tables.reprocess import describe_plan
from deploy.local.contact_keys import read_contact_secret
from deploy.local.reprocess.carry_out import carry_out
from deploy.local.reprocess.new_reading import Span, read_again
from deploy.local.reprocess.plan import make_plan
from deploy.local.stored_webhooks import list_newest_webhooks
from deploy.local.try_mapping import read_body_file, try_mapping
from deploy.output import echo
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.service.settings import load_settings

_DATE_LENGTH: Final = len("2026-01-31")

webhooks = typer.Typer(no_args_is_help=True, help="The webhooks of the last seven days, as their senders sent them.")
mapping = typer.Typer(no_args_is_help=True, help="How the webhooks of a source become activities.")
SourceOption = Annotated[str, typer.Option("--source", help="the name of the source in daymark.toml")]


@webhooks.callback()
def _webhooks() -> None:
    """Keeps `reprocess` a command of its own, as more may follow."""


@mapping.callback()
def _mapping() -> None:
    """Keeps `try` a command of its own, as more may follow."""


@webhooks.command()
def reprocess(
    source: SourceOption,
    since: Annotated[str, typer.Option(help="received from this day or time on (UTC)")] = "",
    until: Annotated[str, typer.Option(help="received until this day or time, inclusive (UTC)")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="carry it out; without it, only the plan is shown")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Read stored webhooks again, with today's adapters and mapping, and correct what was read before.

    Without --yes nothing changes. If it was interrupted, run it again.
    """
    settings = command_settings(config, data)
    secret = read_contact_secret(settings)
    sender = load_settings(IngestSettings).source_to_read(source)
    span = Span(since=_moment(since, "--since"), until=_moment(until, "--until", is_end=True))

    async def plan_and_carry_out(connection: Client) -> None:
        now = SystemClock().now()
        with progress_bars(transient=True) as progress:
            show = show_steps(progress)
            reading = await read_again(connection, sender, span, contact_secret=secret, now=now, on_progress=show)
            plan = await make_plan(connection, reading, on_progress=show)
        if not reading.webhooks:
            echo(f"No webhook of {source} from that time is stored; webhooks are stored for seven days.")
            return
        for line in describe_plan(reading, plan):
            echo(line)
        if not plan.events:
            echo("Nothing to do.")
        elif not yes:
            echo("Nothing has changed yet. Add --yes to carry it out.")
        else:
            with progress_bars(transient=True) as progress:
                await carry_out(connection, plan, on_progress=show_steps(progress))
            echo("Done: scores and explanations are up to date.")

    run_connected(settings, plan_and_carry_out)


@mapping.command("try")
def try_command(
    source: SourceOption,
    file: Annotated[Path | None, typer.Option("--file", help="a body as the sender sends it")] = None,
    last: Annotated[int, typer.Option("--last", min=1, help="without --file: how many of the last webhooks to show")] = 1,
    header: Annotated[list[str] | None, typer.Option("--header", help="with --file: a header, as `Name: value`")] = None,
    config: Config = None,
    data: Data = None,
) -> None:
    """Show, field by field, what webhooks would become with today's mapping.

    Changes nothing. With --file, Daymark need not be running.
    """
    settings = command_settings(config, data)
    sender = load_settings(IngestSettings).source_to_read(source)
    if file is not None:
        stored = [read_body_file(file, sender, headers=header or [], now=SystemClock().now())]
    else:
        stored = run_connected(settings, lambda connection: list_newest_webhooks(connection, sender, number=last))
    if not stored:
        echo(f"{source} has sent no webhook in the last seven days. Give a body with --file.")
    for webhook in stored:
        for line in describe_webhook(try_mapping(webhook, sender)):
            echo(line)


def _moment(text: str, option: str, *, is_end: bool = False) -> datetime | None:
    """A time in UTC. A date means the beginning of the day, or its end."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} must be a date or a time, such as 2026-01-31 or 2026-01-31T15:30") from None
    if is_end and len(text) == _DATE_LENGTH:
        moment += timedelta(days=1, microseconds=-1)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
