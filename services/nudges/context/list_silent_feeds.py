"""The teams that nothing is heard of, or nothing of a behaviour."""

import asyncpg

from services.nudges.store import QUERIES
from shared.requests.nudges import SilentFeed, SilentFeedList


async def list_quiet_feeds(pool: asyncpg.Pool) -> SilentFeedList:
    """By team."""
    rows = await pool.fetch(QUERIES["list_quiet_feeds"])
    return SilentFeedList(
        quiet=tuple(
            SilentFeed(
                team=row["team_id"], name=row["team_name"], behaviour=row["label"], since=row["since"], because=row["because"]
            )
            for row in rows
        )
    )
