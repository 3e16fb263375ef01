"""Ask scoring to show, enter or withdraw an absence."""

from typing import Final

from nats.aio.client import Client

from shared.requests.absences import AbsenceQuery, AbsenceState
from shared.requests.client import ask
from shared.requests.endpoint import Endpoint

_TIMEOUT_S: Final = 3.0
_ATTEMPTS_MAX: Final = 2

AbsenceEndpoint = Endpoint[AbsenceQuery, AbsenceState]
"""What can be asked about the absences of one rep."""


async def ask_about_absence(connection: Client, endpoint: AbsenceEndpoint, query: AbsenceQuery) -> AbsenceState:
    """What is known of the days afterwards, or an error soon: somebody is waiting for the page.

    Raises:
        NoResponder: scoring is down, or takes too long.
        Refused: scoring refuses; the message says why.
    """
    return await ask(connection, endpoint, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)
