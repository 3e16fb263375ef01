"""How the commands find a running Daymark: at the configured broker, otherwise at the one of the data folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.aio.client import Client

from deploy.local.run_file import read_run_file
from deploy.local.settings import LocalSettings
from shared.jetstream.client import connect, disconnect
from shared.service.settings import read_secret


@asynccontextmanager
async def connect_to_daymark(settings: LocalSettings) -> AsyncIterator[Client]:
    """A connection to the broker of a running Daymark.

    Raises:
        NotRunning: no broker is configured, and none runs on the data folder.
    """
    url = settings.nats.url or read_run_file(settings).nats
    password = read_secret(settings.nats.password)
    connection = await connect(url, name="daymark-cli", user=settings.nats.user or None, password=password)
    try:
        yield connection
    finally:
        await disconnect(connection)
