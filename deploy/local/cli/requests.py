"""How a command puts a question to a running Daymark and waits for the reply."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from nats.aio.client import Client

from deploy.local.connection import connect_to_daymark
from deploy.local.settings import LocalSettings
from shared.requests.client import Row, ask, list_all
from shared.requests.endpoint import Endpoint, Page, Query, Reply

LONG_S: Final = 600.0
"""The timeout of questions that may take minutes on a large history."""

Result = TypeVar("Result")


def run_connected(settings: LocalSettings, work: Callable[[Client], Awaitable[Result]]) -> Result:
    """Run `work` with a connection to the running Daymark.

    Raises:
        NotRunning: no Daymark runs on the data folder.
    """

    async def connected() -> Result:
        async with connect_to_daymark(settings) as connection:
            return await work(connection)

    return asyncio.run(connected())


def ask_daymark(settings: LocalSettings, endpoint: Endpoint[Query, Reply], query: Query, *, timeout_s: float = 30.0) -> Reply:
    """The reply to one question.

    Raises:
        NotRunning: no Daymark runs on the data folder.
        NoResponder: the service does not answer.
        Refused: the service refused, and says why.
    """
    return run_connected(settings, lambda connection: ask(connection, endpoint, query, timeout_s=timeout_s))


def list_from_daymark(settings: LocalSettings, endpoint: Endpoint[Query, Page[Row]], query: Query) -> list[Row]:
    """Every row of a paged list.

    Raises:
        NotRunning: no Daymark runs on the data folder.
        NoResponder: the service does not answer.
    """

    async def list_rows(connection: Client) -> list[Row]:
        return [row async for row in list_all(connection, endpoint, query)]

    return run_connected(settings, list_rows)
