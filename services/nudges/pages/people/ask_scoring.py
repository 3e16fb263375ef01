"""Ask scoring while somebody waits for a page."""

from typing import Final, Protocol

from nats.aio.client import Client

from shared.requests.client import ask
from shared.requests.endpoint import Endpoint, Query, Reply

_TIMEOUT_S: Final = 10.0
_ATTEMPTS_MAX: Final = 4


class AskScoring(Protocol):
    """Puts a question to scoring."""

    async def __call__(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        """The reply, or an error soon.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring refuses; the message says why.
        """
        ...


def asking(connection: Client) -> AskScoring:
    """Asks over this connection."""

    async def ask_soon(endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        return await ask(connection, endpoint, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)

    return ask_soon
