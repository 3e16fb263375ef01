"""Ask scoring what a day's score rests on."""

from datetime import date
from typing import Final

from nats.aio.client import Client

from shared.events import RepId
from shared.requests.client import ask
from shared.requests.scores import SCORE_EXPLAIN, ExplainQuery, Explanation

_TIMEOUT_S: Final = 3.0
_ATTEMPTS_MAX: Final = 2


async def explain_day(connection: Client, rep_id: RepId, day: date) -> Explanation:
    """The explanation, or an error soon: somebody is waiting for the page.

    Raises:
        NoResponder: scoring is down, or takes too long.
        Refused: scoring cannot answer now, or the rep is no longer in the roster.
    """
    query = ExplainQuery(rep=rep_id, day=day)
    return await ask(connection, SCORE_EXPLAIN, query, timeout_s=_TIMEOUT_S, attempts_max=_ATTEMPTS_MAX)
