"""Who opens the page: a rep, a manager, or both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

from services.nudges.domain.feedback.preferences import MANAGER_GROUPS, REP_GROUPS, MessageGroup
from shared.events import PersonId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """What the person can choose among, by group with its label; nothing for somebody who is not known. The zone is theirs."""

    groups: Mapping[MessageGroup, str]
    timezone: str
    is_rep: bool


async def find_reader(pool: asyncpg.Pool, person_id: PersonId) -> Reader:
    """As a rep by their newest day, and as a manager by the newest days of their reps."""
    row = await pool.fetchrow(_QUERIES["find_reader"], person_id)
    assert row is not None  # the query has exactly one row
    is_rep = row["timezone_of_rep"] is not None
    return Reader(
        groups=(dict(REP_GROUPS) if is_rep else {}) | (dict(MANAGER_GROUPS) if row["is_manager"] else {}),
        timezone=row["timezone_of_rep"] or row["timezone_of_manager"] or "UTC",
        is_rep=is_rep,
    )
