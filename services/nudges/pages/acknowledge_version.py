"""Record that a rep has read a playbook version. Doing it again changes nothing."""

from datetime import datetime
from typing import Final

import asyncpg

from services.nudges.context.announcements import list_announcements
from shared.errors import DaymarkError
from shared.event_types import PLAYBOOK_ACKNOWLEDGED
from shared.events import PlaybookAcknowledged, RepId, VersionNumber
from shared.postgres.outbox import enqueue_events, make_event
from shared.postgres.queries import Queries
from shared.trace import continue_trace

_QUERIES: Final = Queries.beside(__file__)


class NeverAnnounced(DaymarkError):
    """This version was not announced to this rep. Open the page again: it shows the versions that were."""


async def acknowledge_version(pool: asyncpg.Pool, rep_id: RepId, version: VersionNumber, *, now: datetime) -> None:
    """Record it, and put `playbook.acknowledged.v1` into the outbox, whether or not a message has reached the rep.

    Raises:
        NeverAnnounced: the version is not one of theirs.
    """
    async with pool.acquire() as connection, connection.transaction():
        announced_versions = {known.playbook.version for known in await list_announcements(connection, rep_id)}
        if version not in announced_versions:
            raise NeverAnnounced(f"{rep_id}, {version}")
        row = await connection.fetchrow(_QUERIES["mark_acknowledged"], rep_id, version, now)
        if row is None:
            return
        acknowledged = PlaybookAcknowledged(
            rep_id=row["rep_id"],
            version=row["version"],
            delivered_at=row["delivered_at"],
            acknowledged_at=row["acknowledged_at"],
        )
        event = make_event(
            PLAYBOOK_ACKNOWLEDGED,
            acknowledged,
            event_id=f"{rep_id}:{version}:{PLAYBOOK_ACKNOWLEDGED.name}",
            subject=rep_id,
            traceparent=continue_trace(None),
            at=now,
        )
        await enqueue_events(connection, [event])
