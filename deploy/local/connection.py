"""How the commands find a running Daymark: at the configured broker, otherwise at the one of the data folder, whose credential
for commands they read there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from nats.aio.client import Client

from deploy.access.catalogue import OPERATOR
from deploy.local.nats_credentials import read_credential
from deploy.local.run_file import read_run_file
from deploy.local.settings import LocalSettings
from shared.errors import DaymarkError, Unavailable
from shared.jetstream.client import LeanClient, connect, disconnect
from shared.jetstream.connection_log import NoLog
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


class BrokerRefuses(DaymarkError):
    """NATS does not let this user in, or does not permit what the command does. Correct nats.user and nats.password; on a
    server of your own, give the user what docs/access.md lists for `operator`."""


class _Login(NamedTuple):
    url: str
    user: str | None
    password: str | None


async def work_connected(settings: LocalSettings, work: Callable[[LeanClient], Awaitable[Result]]) -> Result:
    """What `work` returns with a connection to the broker of a running Daymark. It is cancelled if the broker goes away
    meanwhile and is not back within two seconds, and if it refuses something.

    Raises:
        NotRunning: no broker is configured, and none runs on the data folder.
        CredentialUnreadable: somebody else started Daymark on the data folder.
        BrokerAway: the broker does not answer within four seconds, or went away.
        BrokerRefuses: the broker does not let the user in, or does not permit what `work` does.
    """
    login, log = _find_login(settings), NoLog()
    connection = await _connect(login, log)
    working = asyncio.ensure_future(work(connection))
    watching = asyncio.create_task(_until_gone_or_refused(connection, log))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise _problem(login, log)
        await disconnect(connection)
        return await working
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
        if not connection.is_closed:
            await connection.close()


async def _connect(login: _Login, log: NoLog) -> LeanClient:
    try:
        async with asyncio.timeout(_CONNECT_S):
            return await connect(
                login.url,
                name="daymark-cli",
                user=login.user,
                password=login.password,
                ping_interval_s=_PING_S,
                quiet=log,
            )
    except TimeoutError:
        raise _problem(login, log) from None


def _find_login(settings: LocalSettings) -> _Login:
    if settings.nats.url:
        return _Login(settings.nats.url, settings.nats.user or None, read_secret(settings.nats.password))
    password = read_credential(settings.data, OPERATOR)
    return _Login(read_run_file(settings).nats, OPERATOR if password is not None else None, password)


def _problem(login: _Login, log: NoLog) -> DaymarkError:
    address = _address_of(login.url)
    return BrokerRefuses(f"{address} ({log.refusal.removeprefix('nats: ')})") if log.refusal else BrokerAway(address)


def _address_of(url: str) -> str:
    """Without a user and a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 4222}"


async def _until_gone_or_refused(connection: Client, log: NoLog) -> None:
    """Return once the connection has been down for two seconds, or something was refused on it."""
    loop = asyncio.get_running_loop()
    seen_at = loop.time()
    while loop.time() - seen_at < _GONE_S and not log.refusal:
        await asyncio.sleep(_WATCH_S)
        if connection.is_connected:
            seen_at = loop.time()
