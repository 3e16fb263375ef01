"""To whom each playbook version was announced, and who has acknowledged it."""

import asyncpg

from services.scoring.definitions.announcements import list_page
from services.scoring.definitions.cache import DefinitionsCache
from shared.requests.definitions import AnnouncementPage, AnnouncementQuery, AnnouncementRow


async def list_announcements(pool: asyncpg.Pool, cache: DefinitionsCache, query: AnnouncementQuery) -> AnnouncementPage:
    """One page, the newest version first. The page that comes last is not full."""
    async with pool.acquire() as connection:
        reps = (await cache.read(connection)).roster.reps
        announcements = await list_page(
            connection, team=query.team, effective_from=query.effective_from, after=query.after, limit=query.limit
        )
    rows = tuple(
        AnnouncementRow(
            version=announcement.version,
            team=announcement.team,
            effective_from=announcement.effective_from,
            rep=announcement.rep_id,
            name=reps[announcement.rep_id].name if announcement.rep_id in reps else "",
            binds_from=announcement.binds_from,
            announced_at=announcement.announced_at,
            delivered_at=announcement.delivered_at,
            acknowledged_at=announcement.acknowledged_at,
            withdrawn_at=announcement.withdrawn_at,
        )
        for announcement in announcements
    )
    next_after = (rows[-1].version, rows[-1].rep) if len(rows) == query.limit else None
    return AnnouncementPage(rows=rows, next_after=next_after)
