"""`daymark webhooks` and `daymark mapping`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from deploy.local.cli.options import Config, Data, command_settings

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
    from deploy.local.cli.operation.webhook_readings import reprocess_webhooks

    first, last = _moment(since, "--since"), _moment(until, "--until", is_end=True)
    reprocess_webhooks(command_settings(config, data), source, since=first, until=last, is_confirmed=yes)


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
    from deploy.local.cli.operation.webhook_readings import show_mapping

    show_mapping(command_settings(config, data), source, file, headers=header or [], last=last)


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
