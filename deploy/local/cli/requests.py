"""How a command puts a question to a running Daymark and waits for the reply."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from nats.aio.client import Client

from deploy.local.connection import work_connected
from deploy.local.settings import LocalSettings
from shared.jetstream.client import LeanClient
from shared.observation import SourceName
from shared.requests.client import Row, ask, list_all
from shared.requests.definitions import NAMES_CHECK, NamesQuery
from shared.requests.endpoint import Endpoint, Page, Query, Reply, Schema

LONG_S: Final = 600.0
"""The timeout of questions that may take minutes on a large history."""

Result = TypeVar("Result")


def run_connected(settings: LocalSettings, work: Callable[[LeanClient], Awaitable[Result]]) -> Result:
    """Run `work` with a connection to the running Daymark.

    Raises:
        NotRunning: no Daymark runs on the data folder.
        BrokerAway: its broker does not answer.
    """
    return asyncio.run(work_connected(settings, work))


async def refuse_unknown_names(connection: Client, query: Schema) -> None:
    """Check the rep, team, manager and person of a query, whichever it has.

    Raises:
        Refused: no roster has the name; says which names are similar.
    """
    names = NamesQuery.model_validate(query.model_dump(include=set(NamesQuery.model_fields)))
    if names != NamesQuery():
        await ask(connection, NAMES_CHECK, names)


async def refuse_unknown_source(connection: Client, source: SourceName) -> None:
    """Check the name of a source against the configuration and the roster.

    Raises:
        Refused: there is no such source; says which names are similar.
    """
    from deploy.local.all_sources import list_sources

    configured = tuple(await list_sources(connection))
    await ask(connection, NAMES_CHECK, NamesQuery(source=source, configured=configured))


def ask_daymark(settings: LocalSettings, endpoint: Endpoint[Query, Reply], query: Query, *, timeout_s: float = 30.0) -> Reply:
    """The reply to one question.

    Raises:
        NotRunning: no Daymark runs on the data folder.
        NoResponder: the service does not answer.
        Refused: the service refused, and says why; or no roster has a name in the query.
    """

    async def ask_with_known_names(connection: Client) -> Reply:
        await refuse_unknown_names(connection, query)
        return await ask(connection, endpoint, query, timeout_s=timeout_s)

    return run_connected(settings, ask_with_known_names)


def list_from_daymark(settings: LocalSettings, endpoint: Endpoint[Query, Page[Row]], query: Query) -> list[Row]:
    """Every row of a paged list.

    Raises:
        NotRunning: no Daymark runs on the data folder.
        NoResponder: the service does not answer.
        Refused: no roster has a name in the query.
    """

    async def list_rows(connection: Client) -> list[Row]:
        await refuse_unknown_names(connection, query)
        return [row async for row in list_all(connection, endpoint, query)]

    return run_connected(settings, list_rows)
