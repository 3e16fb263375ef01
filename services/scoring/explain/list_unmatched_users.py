"""CRM users whom no rep of the roster has as an identity."""

from itertools import islice
from typing import Final

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from shared.postgres.queries import Queries
from shared.requests.scores import UnmatchedUser, UnmatchedUserList

_QUERIES: Final = Queries.beside(__file__)
_USERS_MAX: Final = 100


async def list_unmatched_users(pool: asyncpg.Pool, cache: DefinitionsCache) -> UnmatchedUserList:
    """The users whose identity some rep may still need, at most 100. Others can stay: bots, managers, people of another
    department."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        roster = (await cache.read(connection)).roster
        rows = await connection.fetch(_QUERIES["list_unmatched_users"])
    unmatched = (row for row in rows if roster.find_rep(source=row["source"], account=row["account"], user=row["user"]) is None)
    return UnmatchedUserList(
        users=tuple(
            UnmatchedUser(
                source=row["source"],
                account=row["account"],
                user=row["user"],
                activities=row["activities"],
                newest_at=row["newest_at"],
                oldest_at=row["oldest_at"],
            )
            for row in islice(unmatched, _USERS_MAX)
        )
    )
