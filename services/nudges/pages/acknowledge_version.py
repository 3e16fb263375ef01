"""Keep that a rep says they have read a definition. Said again, it changes nothing."""

from datetime import datetime

import asyncpg

from services.nudges import store
from services.nudges.deliver.report_announcement import report_telling
from shared.errors import DaymarkError
from shared.events import PlaybookAcknowledged


class NeverAnnounced(DaymarkError):
    """This version was not announced to this rep. Open the page again: it shows those that were."""


async def acknowledge_definition(pool: asyncpg.Pool, rep_id: str, version: int, *, now: datetime) -> None:
    """Who has read a definition was told of it, whether or not a message has reached them.

    Raises:
        NeverAnnounced: it is not one of theirs.
    """
    async with pool.acquire() as connection, connection.transaction():
        if version not in {one.announced.version for one in await store.list_definitions(connection, rep_id)}:
            raise NeverAnnounced(f"{rep_id}, {version}")
        row = await connection.fetchrow(store.QUERIES["mark_acknowledged"], rep_id, version, now)
        if row is None:
            return
        body = PlaybookAcknowledged(**dict(row))
        await report_telling(connection, body, traceparent=None, now=now)
