"""Ask scoring about the playbook of a team, for somebody who waits for the page."""

from typing import Final, Protocol

from nats.aio.client import Client

from shared.requests.client import ask
from shared.requests.endpoint import Endpoint, Query, Reply

_TIMEOUT_S: Final = 8.0
"""A preview judges four weeks of a whole team again."""
_ATTEMPTS_MAX: Final = 2


class AskAboutPlaybook(Protocol):
    """Puts one of the questions of `shared/requests/playbook`, or publishes."""

    async def __call__(self, endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        """The reply of scoring.

        Raises:
            NoResponder: scoring is down, or takes too long.
            Refused: scoring refuses; the message says why.
        """


def asking(connection: Client) -> AskAboutPlaybook:
    """Asks over this connection, and gives up soon."""

    async def ask_about_playbook(endpoint: Endpoint[Query, Reply], query: Query) -> Reply:
        return await ask(connection, endpoint, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)

    return ask_about_playbook
