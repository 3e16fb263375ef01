"""Note what somebody has seen on a page for which they signed in.

A message that its person has opened has reached them, whether or not a channel has taken it. Whoever comes by a link is not
noted: programs that check mail open every link.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import asyncpg
from starlette.requests import Request

from services.nudges.deliver.report_announcement import report_announcement_delivered
from services.nudges.domain.announcements import Announcement
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import Message
from shared.postgres.queries import Queries
from shared.trace import continue_trace

_QUERIES: Final = Queries.beside(__file__)


def is_seen(request: Request, entrance: Entrance) -> bool:
    """Whether a person looks at the page now: one who is signed in, and not a browser that loads it in advance."""
    return entrance.is_signed_in and "prefetch" not in request.headers.get("sec-purpose", "")


async def note_messages(pool: asyncpg.Pool, entrance: Entrance, messages: Collection[Message], *, now: datetime) -> None:
    """Those of these messages that were sent to the visitor are opened. What was opened before stays as it was."""
    opened = [message.id for message in messages if message.person_id == entrance.person_id]
    if opened:
        await pool.execute(_QUERIES["mark_opened"], opened, now)


async def note_announcements(pool: asyncpg.Pool, announcements: Collection[Announcement], *, now: datetime) -> bool:
    """The rep whose announcements these are has read them on their page. Returns whether one of them had not reached them
    before, which scoring then has to hear."""
    unread = [announcement.nudge_id for announcement in announcements if announcement.delivered_at is None]
    if not unread:
        return False
    async with pool.acquire() as connection, connection.transaction():
        for nudge_id in unread:
            await report_announcement_delivered(connection, nudge_id, traceparent=continue_trace(None), now=now)
    return True
