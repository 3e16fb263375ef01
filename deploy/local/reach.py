"""How the commands find a running Daymark: by the configuration or the environment, else by the data folder."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from nats.aio.client import Client

from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError
from shared.jetstream.client import connect, disconnect
from shared.service.settings import read_secret

RUN_FILE: Final = "run.json"
"""Where `daymark up` says in its data folder where everything listens."""


class NotRunning(DaymarkError):
    """Nothing runs on this data folder. Start `daymark up`, or name the right one with --data or --config."""


def run_file(settings: LocalSettings) -> dict[str, Any]:
    """What the running `daymark up` of this data folder said when it was ready.

    Raises:
        NotRunning: there is none.
    """
    try:
        said: dict[str, Any] = json.loads((settings.data / RUN_FILE).read_text())
    except FileNotFoundError:
        raise NotRunning(str(settings.data)) from None
    return said


@asynccontextmanager
async def reach(settings: LocalSettings) -> AsyncIterator[Client]:
    """A connection to the broker of a running Daymark.

    Raises:
        NotRunning: no broker is configured, and the data folder has none running.
    """
    url = settings.nats.url or str(run_file(settings)["nats"])
    password = read_secret(settings.nats.password)
    connection = await connect(url, name="daymark-cli", user=settings.nats.user or None, password=password)
    try:
        yield connection
    finally:
        await disconnect(connection)
