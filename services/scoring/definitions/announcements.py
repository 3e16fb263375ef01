"""Keep which announcements reached the reps that they are for, and which of these the reps have acknowledged."""

from collections.abc import Sequence

import asyncpg

from services.scoring import store
from shared.events import AnnouncementDelivered, PlaybookAcknowledged

Telling = AnnouncementDelivered | PlaybookAcknowledged


async def record_telling(pool: asyncpg.Pool, batch: Sequence[Telling]) -> None:
    """The earliest that is said of each counts, so that order and duplicates change nothing. One statement a batch."""
    await pool.execute(
        store.QUERIES["merge_telling"],
        [one.rep_id for one in batch],
        [one.version for one in batch],
        [one.delivered_at for one in batch],
        [one.acknowledged_at if isinstance(one, PlaybookAcknowledged) else None for one in batch],
    )
