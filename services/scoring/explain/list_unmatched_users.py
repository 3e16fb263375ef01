"""CRM users whom no rep of the roster has as an identity."""

from typing import Final

import asyncpg

from shared.postgres.queries import Queries
from shared.requests.scores import UnmatchedUser, UnmatchedUserList

_QUERIES: Final = Queries.beside(__file__)


async def list_unmatched_users(pool: asyncpg.Pool) -> UnmatchedUserList:
    """The users whose identity some rep may still need. Others can stay: bots, managers, people of another department."""
    rows = await pool.fetch(_QUERIES["list_unmatched_users"])
    return UnmatchedUserList(
        users=tuple(
            UnmatchedUser(
                source=row["source"],
                account=row["account"],
                user=row["user"],
                activities=row["activities"],
                newest_at=row["newest_at"],
            )
            for row in rows
        )
    )
