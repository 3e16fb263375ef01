"""Who no longer leads anybody: the address of their page, and the links in what they received about reps, open no more."""

from datetime import timedelta
from typing import Final

import asyncpg

from services.nudges.rules.catalogue import MANAGER_RULES
from shared.events import PersonId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_GONE_AFTER: Final = timedelta(days=7)
"""A rep without a report for so long before the newest one of all has left, and nobody leads them any more."""


async def is_former_manager(connection: Connection | asyncpg.Pool, person_id: PersonId) -> bool:
    """Whether the person has led reps and leads none of them by the newest reports. False if they never led anybody."""
    rows = await connection.fetch(_QUERIES["list_reps_of_manager"], person_id)
    if not rows:
        return False
    newest = await connection.fetchval(_QUERIES["find_newest_open_day"])
    return not any(row["is_managed"] and (newest is None or newest - row["day"] < _GONE_AFTER) for row in rows)


async def may_read_nudge(
    connection: Connection | asyncpg.Pool, reader_id: PersonId, *, recipient_id: PersonId, rule: str
) -> bool:
    """Whether a person to whom a nudge was once open may still read it: as its recipient, or as a manager while they lead."""
    is_managers = recipient_id != reader_id or rule in MANAGER_RULES
    return not is_managers or not await is_former_manager(connection, reader_id)
