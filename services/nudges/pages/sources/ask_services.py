"""Questions to other services, for pages that somebody waits for."""

from typing import Final, Protocol

from nats.aio.client import Client

from shared.requests.client import ask
from shared.requests.endpoint import Endpoint, Query, Reply

_TIMEOUT_S: Final = 10.0
_ATTEMPTS_MAX: Final = 4


class AskServices(Protocol):
    """Puts a question to whichever service answers it."""

    async def __call__(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        """The reply, or an error soon.

        Raises:
            NoResponder: the service is down, or takes too long.
            Refused: it refuses; the message says why and what to do.
        """


class ServicesOverNats:
    """Asks over the connection of nudges."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection

    async def __call__(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        return await ask(self._connection, endpoint, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)
