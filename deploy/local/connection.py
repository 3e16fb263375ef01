"""How the commands find a running Daymark: at the configured broker, otherwise at the one of the data folder."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

from nats.aio.client import Client

from deploy.local.run_file import read_run_file
from deploy.local.settings import LocalSettings
from shared.errors import Unavailable
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.service.settings import read_secret

_CONNECT_S: Final = 4.0
_PING_S: Final = 1
"""A server that hangs answers no ping, while the connection to it stays open."""
_GONE_S: Final = 2.0
_WATCH_S: Final = 0.2
Result = TypeVar("Result")


class BrokerAway(Unavailable):
    """NATS does not answer there. Look whether its server runs, and at its log; start it, or Daymark, again; or correct
    nats.url."""

    server = "NATS"


async def work_connected(settings: LocalSettings, work: Callable[[LeanClient], Awaitable[Result]]) -> Result:
    """What `work` returns with a connection to the broker of a running Daymark. It is cancelled if the broker goes away
    meanwhile and is not back within two seconds.

    Raises:
        NotRunning: no broker is configured, and none runs on the data folder.
        BrokerAway: the broker does not answer within four seconds, or went away.
    """
    connection = await _connect(settings)
    working = asyncio.ensure_future(work(connection))
    watching = asyncio.create_task(_until_gone(connection))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise BrokerAway(_address_of(_url_of(settings)))
        await disconnect(connection)
        return await working
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
        if not connection.is_closed:
            await connection.close()


async def _connect(settings: LocalSettings) -> LeanClient:
    url = _url_of(settings)
    password = read_secret(settings.nats.password)
    try:
        async with asyncio.timeout(_CONNECT_S):
            return await connect(
                url,
                name="daymark-cli",
                user=settings.nats.user or None,
                password=password,
                ping_interval_s=_PING_S,
                is_logged=False,
            )
    except TimeoutError:
        raise BrokerAway(_address_of(url)) from None


def _url_of(settings: LocalSettings) -> str:
    return settings.nats.url or read_run_file(settings).nats


def _address_of(url: str) -> str:
    """Without a user and a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 4222}"


async def _until_gone(connection: Client) -> None:
    """Return once the connection has been down for two seconds."""
    loop = asyncio.get_running_loop()
    seen_at = loop.time()
    while loop.time() - seen_at < _GONE_S:
        await asyncio.sleep(_WATCH_S)
        if connection.is_connected:
            seen_at = loop.time()
