"""Who was told of which version of a playbook, and who has acknowledged it."""

import asyncpg

from services.scoring.definitions.cache import DefinitionsCache
from services.scoring.store import QUERIES
from shared.requests.client import AnnouncementPage, AnnouncementQuery, AnnouncementRow


async def list_telling(pool: asyncpg.Pool, cache: DefinitionsCache, query: AnnouncementQuery) -> AnnouncementPage:
    """One page, the newest version first."""
    version, rep_id = query.after or (None, None)
    async with pool.acquire() as connection:
        reps = (await cache.read(connection)).roster.reps
        rows = await connection.fetch(QUERIES["list_telling"], query.team, query.effective_from, version, rep_id, query.limit)
    found = tuple(
        AnnouncementRow(
            version=row["version"],
            team=row["team"],
            effective_from=row["effective_from"],
            rep=row["rep_id"],
            name=reps[row["rep_id"]].name if row["rep_id"] in reps else "",
            binds_from=row["binds_from"],
            announced_at=row["announced_at"],
            delivered_at=row["told_at"],
            acknowledged_at=row["acknowledged_at"],
            withdrawn_at=row["withdrawn_at"],
        )
        for row in rows
    )
    more = (found[-1].version, found[-1].rep) if len(found) == query.limit else None
    return AnnouncementPage(rows=found, next_after=more)
