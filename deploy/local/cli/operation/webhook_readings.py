"""The work of `daymark webhooks` and `daymark mapping`. It needs every adapter, so only these commands import it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from deploy.local.all_sources import find_source
from deploy.local.cli.options import progress_bars, show_steps
from deploy.local.cli.requests import run_connected
from deploy.local.cli.tables.mapping import describe_webhook
from deploy.local.cli.tables.reprocess import describe_plan
from deploy.local.contact_keys import read_contact_secret
from deploy.local.settings import LocalSettings
from deploy.local.try_mapping import read_body_file, try_mapping
from deploy.output import echo
from services.ingest.domain.webhook import Source, VerifiedWebhook
from services.ingest.reports.newest_webhooks import list_newest_webhooks
from services.ingest.reprocess.carry_out import carry_out
from services.ingest.reprocess.new_reading import Span, read_again
from services.ingest.reprocess.plan import make_plan
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.jetstream.client import LeanClient
from shared.observation import SourceName
from shared.service.settings import load_settings


def reprocess_webhooks(
    settings: LocalSettings, source: str, *, since: datetime | None, until: datetime | None, is_confirmed: bool
) -> None:
    """Print the plan, and carry it out if it is confirmed."""
    secret = read_contact_secret(settings)
    span = Span(since=since, until=until)

    async def plan_and_carry_out(connection: LeanClient) -> None:
        sender = await find_source(connection, source)
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
        elif not is_confirmed:
            echo("Nothing has changed yet. Add --yes to carry it out.")
        else:
            with progress_bars(transient=True) as progress:
                await carry_out(connection, plan, on_progress=show_steps(progress))
            echo("Done: scores and explanations are up to date.")

    run_connected(settings, plan_and_carry_out)


def show_mapping(settings: LocalSettings, source: str, file: Path | None, *, headers: Sequence[str], last: int) -> None:
    """Print what a file, or else the last webhooks, would become."""

    async def read(connection: LeanClient) -> tuple[Source, list[VerifiedWebhook]]:
        sender = await find_source(connection, source)
        return sender, await list_newest_webhooks(connection, sender, number=last) if file is None else []

    configured = load_settings(IngestSettings)
    stored: list[VerifiedWebhook] = []
    if file is not None and SourceName(source) in configured.sources:
        sender = configured.source_to_read(source)  # Daymark need not run
    else:
        sender, stored = run_connected(settings, read)
    if file is not None:
        stored = [read_body_file(file, sender, headers=headers, now=SystemClock().now())]
    if not stored:
        echo(f"{source} has sent no webhook in the last seven days. Give a body with --file.")
    for webhook in stored:
        for line in describe_webhook(try_mapping(webhook, sender)):
            echo(line)
