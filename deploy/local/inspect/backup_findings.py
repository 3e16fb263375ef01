"""What the doctor finds out about backups."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from deploy.local.inspect.findings import Finding, Verdict
from deploy.local.servers.data_folder import read_last_backup
from deploy.local.settings import LocalSettings

_OLD: Final = timedelta(days=7)
"""After so long, webhooks that a backup holds expire when it is restored."""


def examine_backups(settings: LocalSettings, *, now: datetime) -> Iterator[Finding]:
    """When the last backup of the data folder was made. Servers of the operator's own are backed up in another way."""
    if settings.nats.url or settings.postgres.url:
        return
    made_at = read_last_backup(settings.data)
    if made_at is None:
        text = "none was made of this data folder; `daymark backup` makes one (docs/backup.md)"
    else:
        text = f"the last one was made on {made_at:%Y-%m-%d at %H:%M} UTC"
    is_recent = made_at is not None and now - made_at <= _OLD
    yield Finding(verdict=Verdict.OK if is_recent else Verdict.NOTE, subject="backups", text=text)
