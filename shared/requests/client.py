"""Put a question to a service over NATS."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar

import nats.errors
from nats.aio.client import Client

from shared.errors import DaymarkError
from shared.languages.catalogue import ENGLISH
from shared.languages.current import current_language
from shared.requests.endpoint import LANGUAGE_HEADER, Endpoint, Envelope, NoQuery, Page, Query, Reply

_ATTEMPTS_MAX: Final = 40
_RETRY_S: Final = 0.25
Row = TypeVar("Row")


class NoResponder(DaymarkError):
    """No service answers this question. Check that Daymark is running and that the service's /readyz reports no problem."""


class Refused(DaymarkError):
    """The service refused; the message is its own sentence, which says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.args = (sentence,)


async def ask(
    connection: Client,
    endpoint: Endpoint[Query, Reply],
    query: Query,
    *,
    timeout_s: float = 30.0,
    attempts_max: int = _ATTEMPTS_MAX,
) -> Reply:
    """The service's reply, with its texts in the language of whoever reads them. A service that is being restarted is waited
    for, a quarter of a second after each attempt.

    Raises:
        NoResponder: no service is there, or it took longer than `timeout_s` seconds.
        Refused: the service refused, and says why.
    """
    payload, language = query.model_dump_json().encode(), current_language()
    headers = {LANGUAGE_HEADER: language} if language != ENGLISH else None
    message = None
    for _ in range(attempts_max):
        try:
            message = await connection.request(endpoint.subject, payload, timeout=timeout_s, headers=headers)
            break
        except nats.errors.NoRespondersError:
            await asyncio.sleep(_RETRY_S)
        except (nats.errors.ConnectionClosedError, TimeoutError):
            break
    if message is None:
        raise NoResponder(endpoint.subject)
    envelope = Envelope.model_validate_json(message.data)
    if not envelope.ok:
        raise Refused(envelope.error)
    return endpoint.reply.model_validate(envelope.data)


async def list_all(connection: Client, endpoint: Endpoint[Query, Page[Row]], query: Query) -> AsyncIterator[Row]:
    """Every row of a paged list, in the order of the service. `query` says where the first page begins.

    Raises:
        NoResponder: no service is there, or it took too long.
        Refused: the service refused, and says why.
    """
    while True:
        page = await ask(connection, endpoint, query)
        for row in page.rows:
            yield row
        if page.next_after is None:
            return
        query = query.model_copy(update={"after": page.next_after})


NO_QUERY: Final = NoQuery()
"""What to ask an endpoint that takes no arguments."""
