"""Whether a manager leads a rep: by the rep's newest report."""

from datetime import timedelta
from typing import Final

import asyncpg

from shared.events import DayReport, ManagerId, PersonId, Presence
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_GONE_AFTER: Final = timedelta(days=7)
"""A rep without a report for so long before the newest one of all has left, and nobody leads them any more."""


async def can_thank(connection: Connection | asyncpg.Pool, manager_id: ManagerId, newest: DayReport) -> bool:
    """Whether a manager leads a rep who is with the team and somebody else, by the rep's `newest` report."""
    if newest.presence is Presence.NOT_EMPLOYED or newest.rep.id == PersonId(manager_id):
        return False
    if not any(manager.id == manager_id for manager in newest.managers):
        return False
    newest_of_all = await connection.fetchval(_QUERIES["find_newest_open_day"])
    return newest_of_all is None or newest_of_all - newest.day < _GONE_AFTER
