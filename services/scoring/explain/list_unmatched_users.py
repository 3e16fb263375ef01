"""Who did something that counts for nobody yet: CRM users whom the roster does not know."""

import asyncpg

from services.scoring.store import QUERIES
from shared.requests.scores import UnmatchedUser, UnmatchedUserList


async def list_nobodys(pool: asyncpg.Pool) -> UnmatchedUserList:
    """The identities to give to somebody, or to leave: bots, managers, people of another department."""
    rows = await pool.fetch(QUERIES["list_nobodys"])
    return UnmatchedUserList(identities=tuple(UnmatchedUser(**dict(row)) for row in rows))
