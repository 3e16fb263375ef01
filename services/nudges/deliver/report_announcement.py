"""Tell scoring that an announcement has reached its rep. Days after that can be judged by the version."""

from datetime import datetime
from typing import Final

from shared.event_types import ANNOUNCEMENT_DELIVERED
from shared.events import AnnouncementDelivered, NudgeId
from shared.postgres.outbox import enqueue_events, make_event
from shared.postgres.queries import Queries
from shared.postgres.shared_connection import Querier, change
from shared.trace import continue_trace

_QUERIES: Final = Queries.beside(__file__)


async def mark_announcement_delivered(connection: Querier, nudge_id: NudgeId, *, now: datetime) -> AnnouncementDelivered | None:
    """Record that the announcement that this nudge makes has reached its rep; None when one had accepted it before."""
    marked = await change(connection, _QUERIES["mark_announcement_delivered"], [(nudge_id, now)])
    if not marked:
        return None
    row = marked[0]
    return AnnouncementDelivered(rep_id=row["rep_id"], version=row["version"], delivered_at=row["delivered_at"])


async def report_announcement_delivered(connection: Querier, nudge_id: NudgeId, *, traceparent: str, now: datetime) -> None:
    """Record it and put `playbook.told.v1` into the outbox, once for each rep and version."""
    delivered = await mark_announcement_delivered(connection, nudge_id, now=now)
    if delivered is None:
        return
    event = make_event(
        ANNOUNCEMENT_DELIVERED,
        delivered,
        event_id=f"{delivered.rep_id}:{delivered.version}:{ANNOUNCEMENT_DELIVERED.name}",
        subject=delivered.rep_id,
        traceparent=continue_trace(traceparent),
        at=now,
    )
    await enqueue_events(connection, [event])
