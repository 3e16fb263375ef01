"""Which servers are backed up: those of the data folder. This imports nothing that only these servers need."""

from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError


class OtherServers(DaymarkError):
    """Only the servers that `daymark up` starts itself are backed up and restored, and the configuration names others. Back
    those up with their own programs, as docs/backup.md says."""


def refuse_other_servers(settings: LocalSettings) -> None:
    """Check that NATS and PostgreSQL are those of the data folder.

    Raises:
        OtherServers: the configuration names others.
    """
    for key, url in (("nats.url", settings.nats.url), ("postgres.url", settings.postgres.url)):
        if url:
            raise OtherServers(key)
